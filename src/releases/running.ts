import { parseImage } from "../model/image.ts";
import { calicoNode, type PodFacts } from "../model/pod.ts";
import { calicoNodeContainer, type TemplateFacts } from "../model/template.ts";
import type { WorkloadFacts } from "../model/workload.ts";
import type { Catalogue } from "./catalogue.ts";
import { identifyRelease, releasesOfImage, type Identified } from "./release.ts";
import { atLeast, parseVersion } from "./version.ts";

/** The release that a template asks for; the controller's image helps where the node's leaves a tie. */
export function releaseOfTemplate(
  template: TemplateFacts,
  workloads: readonly WorkloadFacts[],
  catalogue: Catalogue,
): Identified {
  const node = calicoNodeContainer(template);
  const beside = [...template.initContainers, ...template.containers].filter((entry) => entry !== node);
  const controllers = workloads.filter(({ component }) => component === "controller");
  return identified(node, [...beside, ...controllers], catalogue);
}

/** The release that a pod runs, from its own images. */
export function releaseOfPod(pod: PodFacts, catalogue: Catalogue): Identified {
  const node = calicoNode(pod);
  const others = [...pod.initContainers, ...pod.containers].filter((entry) => entry !== node);
  return identified(node, others, catalogue);
}

/** The releases that a controller's image is part of; its own numbers came to be Calico's with v3.0. */
export function releasesOfController(image: string, catalogue: Catalogue): readonly string[] {
  const parsed = parseImage(image);
  const found = releasesOfImage(parsed, catalogue);
  return found.length > 0 ? found : identifyRelease(parsed, [], catalogue).candidates;
}

interface WithImage {
  readonly image: string;
}

function identified(
  node: WithImage | undefined,
  others: readonly WithImage[],
  catalogue: Catalogue,
): Identified {
  return identifyRelease(
    node === undefined ? undefined : parseImage(node.image),
    others.map(({ image }) => parseImage(image)),
    catalogue,
  );
}

/** Since about v3.17 nothing configured means Kubernetes, before it means etcd (calico-facts 1.5). */
export function kubernetesByDefault(release: Identified): boolean | "unknown" {
  const version = parseVersion(release.release ?? release.candidates[0] ?? "");
  return version === undefined ? "unknown" : atLeast(version, "v3.17.0");
}
