import { calicoDaemonSetOf, type CalicoDaemonSet } from "../../facts/daemonset.ts";
import { releaseNeeds, type Needing } from "../../facts/release-needs.ts";
import { runningOf } from "../../facts/running.ts";
import type { TemplateNeeds } from "../../manifest/needs.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import { ipamType } from "../../model/ipam.ts";
import type { KubeObject } from "../../model/kube.ts";
import { known } from "../../model/reading.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releaseOfTemplate, releasesOfController } from "../../releases/running.ts";
import { compareVersions, parseVersion, type Version } from "../../releases/version.ts";
import type { OpenController } from "../controller/open.ts";
import type { OpenNodes } from "./open.ts";

/** What calico-node of the file's release needs beyond the one that runs; undefined: nothing that is known. */
export function needsOfNode(
  { chosen, environment, live }: Pick<OpenNodes, "chosen" | "environment" | "live">,
  desired: KubeObject,
): TemplateNeeds | undefined {
  const pods = known(live.snapshot().pods);
  const readings = { workloads: known([]), configMaps: environment, pods };
  const set = calicoDaemonSetOf(chosen, readings, catalogue);
  const { template } = daemonSetFacts(desired);
  const running = runningOf(known(set), catalogue);
  const to = newestOf(releaseOfTemplate(template, [], catalogue).candidates);
  if (to === undefined || !running.known) return undefined;
  return neededBy({ component: "node", template }, set, to, running.value.oldest);
}

/** The same of a controller, beyond the oldest that runs. */
export function needsOfController(
  { daemonSet, live }: Pick<OpenController, "daemonSet" | "live">,
  wanted: WorkloadFacts | undefined,
): TemplateNeeds | undefined {
  if (daemonSet === undefined || wanted === undefined) return undefined;
  const running = live.snapshot().workloads.map(({ facts }) => facts);
  const to = newestOf(releasesOfController(wanted.image, catalogue));
  const begins = running
    .filter(({ desired }) => desired > 0)
    .flatMap(({ image }) => newestOf(releasesOfController(image, catalogue)) ?? [])
    .toSorted(compareVersions);
  const [from] = begins;
  if (to === undefined || from === undefined) return undefined;
  return neededBy({ component: "controller", template: wanted.template }, daemonSet, to, from);
}

function neededBy(
  pods: Pick<Needing, "component" | "template">,
  { namespace, datastore, flavour, cniConfig }: CalicoDaemonSet,
  to: Version,
  from: Version,
): TemplateNeeds | undefined {
  if (datastore.type === "unknown") return undefined;
  const ipam = cniConfig.known && ipamType(cniConfig.value) === "calico-ipam";
  const canal = flavour === "canal";
  return releaseNeeds({ ...pods, namespace, datastore: datastore.type, canal, ipam }, to, from);
}

function newestOf(candidates: readonly string[]): Version | undefined {
  return parseVersion(candidates.at(-1) ?? "");
}
