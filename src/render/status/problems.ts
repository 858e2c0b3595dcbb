import { envValue } from "../../model/configmap.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { parseImage } from "../../model/image.ts";
import { ipamType } from "../../model/ipam.ts";
import type { Observed } from "../../model/observed.ts";
import { ownersOf } from "../../model/owner.ts";
import { rollsText } from "../../model/rolls.ts";
import { calicoNodeContainer } from "../../model/template.ts";
import { cniContainer, isTombstone, type WorkloadFacts } from "../../model/workload.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { atLeast, parseVersion } from "../../releases/version.ts";
import type { DaemonSetStatus, NodeStatus, Note, Problem } from "./kind.ts";

/** What is wrong, the gravest first. */
export function problemsOf(
  daemonSets: readonly DaemonSetFacts[],
  statuses: readonly DaemonSetStatus[],
  nodes: readonly NodeStatus[],
  observed: Observed,
  catalogue: Catalogue,
): readonly Problem[] {
  const all = [
    ...statuses.flatMap((status) => datastoreProblems(status)),
    ...nodeProblems(nodes),
    ...statuses.flatMap((status, index) => rolloutProblems(status, daemonSets[index])),
    ...controllerProblems(statuses, observed),
    ...daemonSets.flatMap((daemonSet) => imageProblems(daemonSet, catalogue)),
    ...leaseProblems(nodes, statuses),
  ];
  return [
    ...all.filter(({ severity }) => severity === "error"),
    ...all.filter(({ severity }) => severity === "warning"),
  ];
}

function datastoreProblems({ namespace, name, datastore }: DaemonSetStatus): readonly Problem[] {
  const where = `DaemonSet ${namespace}/${name}`;
  if (datastore.disagreement) {
    const message = `${where}: calico-node and the CNI plugin use different datastores (${datastore.evidence.join("; ")})`;
    return [{ severity: "error", message, hint: "finish or undo the datastore migration first" }];
  }
  if (!datastore.both) return [];
  const message = `${where}: both datastores are configured; DATASTORE_TYPE counts (${datastore.evidence.join("; ")})`;
  return [{ severity: "warning", message }];
}

const grave: readonly {
  readonly id: Note["id"];
  readonly words: string;
  readonly severity: Problem["severity"];
}[] = [
  { id: "silent", words: "silent (the kubelet does not report)", severity: "error" },
  { id: "not-ready", words: "not Ready", severity: "error" },
  { id: "missing", words: "without the calico-node pod they should have", severity: "error" },
  { id: "stuck", words: "whose calico-node does not run", severity: "error" },
  { id: "churn", words: "where calico-node is made again and again", severity: "error" },
  { id: "wrong-revision", words: "where the replacement is of an older revision", severity: "error" },
  { id: "several-pods", words: "with more than one calico-node pod", severity: "warning" },
];

function nodeProblems(nodes: readonly NodeStatus[]): readonly Problem[] {
  return grave.flatMap(({ id, words, severity }) => {
    const hit = nodes.flatMap((node) => node.notes.filter((note) => note.id === id).map(() => node.name));
    return hit.length === 0
      ? []
      : [{ severity, message: `${hit.length} node${hit.length === 1 ? "" : "s"} ${words}: ${some(hit)}` }];
  });
}

function rolloutProblems(status: DaemonSetStatus, daemonSet: DaemonSetFacts | undefined): readonly Problem[] {
  const where = `DaemonSet ${status.namespace}/${status.name}`;
  const problems: Problem[] = [];
  if (daemonSet !== undefined && daemonSet.observedGeneration < daemonSet.generation) {
    const message = `${where}: its controller has not seen the newest template yet`;
    problems.push({ severity: "warning", message });
  }
  if (status.strategy === "RollingUpdate" && status.nodes.outdated > 0) {
    problems.push({
      severity: "warning",
      message: `${where}: its controller is rolling it out by itself, and cordons no node`,
      hint: "to stop that and go on node by node: kubectl calico-upgrade node NODE --take-over",
    });
  }
  const reverts =
    status.pinned === undefined || daemonSet === undefined
      ? undefined
      : ownersOf(daemonSet).find((owner) => owner.reverts);
  if (reverts !== undefined) {
    const message = `${where} is pinned to OnDelete, and ${reverts.name} may put its strategy back: then ${rollsText(status.pinned ?? "unreadable")}`;
    problems.push({ severity: "error", message, hint: `suspend ${reverts.name} for this object` });
  }
  return problems;
}

function controllerProblems(statuses: readonly DaemonSetStatus[], observed: Observed): readonly Problem[] {
  if (!observed.workloads.known || statuses.length === 0) return [];
  const workloads = observed.workloads.value.filter((workload) => !isTombstone(workload));
  const controllers = workloads.filter(({ component, desired }) => component === "controller" && desired > 0);
  const problems: Problem[] = [];
  if (controllers.length > 1 && statuses.length === 1) {
    const message = `${controllers.length} controllers are active, and only one ever may be: ${controllers.map(nameOf).join(", ")}`;
    problems.push({ severity: "error", message });
  }
  if (controllers.length === 0 && statuses.some((status) => wantsController(status, observed))) {
    problems.push({
      severity: "warning",
      message: `no controller was found: ${statuses.some(({ datastore }) => datastore.type === "etcd") ? "policy is not applied to new pods and namespaces" : "addresses of deleted nodes are not freed"}`,
    });
  }
  for (const workload of workloads.filter(({ desired, ready }) => ready < desired)) {
    const message = `${nameOf(workload)} is not ready (${workload.ready} of ${workload.desired})`;
    problems.push({ severity: "error", message });
  }
  return problems;
}

/**
 * etcd installs have a controller in every release, Kubernetes ones from v3.6 on, and where Calico does
 * policy only (canal too) from v3.14 on (calico-facts 1.3 and upstream's manifests). With the Kubernetes
 * datastore it frees addresses, so where another IPAM gives them out nothing is missing without it.
 */
function wantsController(status: DaemonSetStatus, observed: Observed): boolean {
  const { datastore, release, backend } = status;
  if (datastore.type === "etcd") return true;
  const ipam = ipamOf(status, observed);
  if (ipam !== undefined && ipam !== "calico-ipam") return false;
  const version = parseVersion(release.release ?? "");
  const since = backend === "none" ? "v3.14.0" : "v3.6.0";
  return datastore.type === "kubernetes" && version !== undefined && atLeast(version, since);
}

/** Images of two releases in one template: somebody changed tags only (calico#4911). */
function imageProblems(daemonSet: DaemonSetFacts, catalogue: Catalogue): readonly Problem[] {
  const node = calicoNodeContainer(daemonSet.template);
  const cni = cniContainer(daemonSet.template);
  if (node === undefined || cni === undefined) return [];
  const ofNode = releasesOfImage(parseImage(node.image), catalogue);
  const ofCni = releasesOfImage(parseImage(cni.image), catalogue);
  if (ofNode.length === 0 || ofCni.length === 0 || ofNode.some((name) => ofCni.includes(name))) return [];
  return [
    {
      severity: "warning",
      message: `DaemonSet ${daemonSet.namespace}/${daemonSet.name} mixes releases: ${node.image} is of ${ofNode.join(" or ")}, ${cni.image} is not`,
      hint: "apply the whole manifest of one release, not only new tags",
    },
  ];
}

function leaseProblems(
  nodes: readonly NodeStatus[],
  statuses: readonly DaemonSetStatus[],
): readonly Problem[] {
  const withNote = (id: Note["id"]): readonly string[] =>
    nodes.filter(({ notes }) => notes.some((note) => note.id === id)).map(({ name }) => name);
  const problems: Problem[] = [];
  const held = withNote("lease");
  const atWork = statuses.some(({ run }) => run?.state === "working");
  if (held.length > 0 && !atWork) {
    problems.push({
      severity: "warning",
      message: `nobody works on ${plural(held)} of an unfinished run: ${some(held)}`,
      hint: `to go on: kubectl calico-upgrade node ${held[0] ?? ""}; to give it up: kubectl calico-upgrade node --release ${held[0] ?? ""}`,
    });
  }
  const unreadable = withNote("unreadable-lease");
  if (unreadable.length > 0) {
    const message = `the calico-upgrade/cordon annotation cannot be read on ${some(unreadable)}`;
    problems.push({
      severity: "warning",
      message,
      hint: `kubectl calico-upgrade node --release ${unreadable[0] ?? ""}`,
    });
  }
  return problems;
}

function plural(nodes: readonly string[]): string {
  return nodes.length === 1 ? "the node" : `the ${nodes.length} nodes`;
}

function nameOf({ kind, namespace, name }: WorkloadFacts): string {
  return `${kind} ${namespace}/${name}`;
}

function some(names: readonly string[]): string {
  return names.length <= 5
    ? names.join(", ")
    : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** undefined: not known. */
function ipamOf(
  { namespace, name }: DaemonSetStatus,
  { daemonSets, configMaps }: Observed,
): string | undefined {
  const set = daemonSets.known
    ? daemonSets.value.find((each) => each.namespace === namespace && each.name === name)
    : undefined;
  const container = set === undefined ? undefined : cniContainer(set.template);
  const maps = configMaps.known ? configMaps.value.filter((each) => each.namespace === namespace) : [];
  const config = container === undefined ? undefined : envValue(container, "CNI_NETWORK_CONFIG", maps);
  return config === undefined || config === "unknown" ? undefined : ipamType(config.value);
}
