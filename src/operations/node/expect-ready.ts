import type { ConfigMapFacts } from "../../model/configmap.ts";
import { datastore } from "../../model/datastore.ts";
import { parseImage } from "../../model/image.ts";
import { calicoNode, type PodFacts } from "../../model/pod.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";

/**
 * Whether pods of the target become Ready. Not where an etcd cluster goes from v2.6 to v3: between
 * `calico-upgrade start` and `complete` the new pods stay 1/2, by design (calico-facts 3.3).
 */
export async function expectsReady(
  target: TemplateFacts,
  pods: readonly PodFacts[],
  configMaps: readonly ConfigMapFacts[],
): Promise<boolean> {
  if (datastore(target, configMaps, "unknown").type !== "etcd") return true;
  const [{ identifyRelease }, { catalogue }, { atLeast, parseVersion }] = await Promise.all([
    import("../../releases/release.ts"),
    import("../../releases/catalogue.ts"),
    import("../../releases/version.ts"),
  ]);
  const isV3 = (image: string | undefined): boolean | undefined => {
    if (image === undefined) return undefined;
    const { release, candidates } = identifyRelease(parseImage(image), [], catalogue);
    const version = parseVersion(release ?? candidates[0] ?? "");
    return version === undefined ? undefined : atLeast(version, "v3.0.0");
  };
  if (isV3(calicoNodeContainer(target)?.image) !== true) return true;
  return !pods.some((pod) => isV3(calicoNode(pod)?.image) === false);
}
