import { configOf, noConfig, type ConfigAge } from "../model/config-age.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { NodeFacts } from "../model/node.ts";
import type { Observed } from "../model/observed.ts";
import { podsByNode, shouldRun } from "../model/placement.ts";
import { calicoNode, type PodFacts } from "../model/pod.ts";
import type { Truth } from "../model/reading.ts";
import { upToDate } from "../model/rollout.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import type { Identified } from "../releases/release.ts";
import { releaseOfPod } from "../releases/running.ts";
import { notesOf, type NodeNote } from "./notes.ts";

/** A node, and the calico-node that it has or should have of one DaemonSet. */
export interface CalicoNode {
  readonly name: string;
  /** undefined: the node could not be read. */
  readonly node: NodeFacts | undefined;
  /** undefined: no calico-node DaemonSet has, or should have, a pod here. */
  readonly daemonSet: DaemonSetFacts | undefined;
  /** The DaemonSet's pods here, the one that counts first. */
  readonly pods: readonly PodFacts[];
  readonly podsKnown: boolean;
  /** Whether the DaemonSet should run a pod here. */
  readonly expected: Truth;
  /** What its pod runs; undefined: there is none. */
  readonly release: Identified | undefined;
  /** Whether it runs the newest revision; false where a pod is missing. */
  readonly updated: Truth;
  /** Whether its containers have started after the last change of their ConfigMaps (hazard H25). */
  readonly config: ConfigAge;
  /** Whether it still needs the upgrade. */
  readonly todo: Truth;
  /** What is to be known about it, the gravest first. */
  readonly notes: readonly NodeNote[];
}

/** What all nodes are judged by. */
interface NodeInputs {
  readonly observed: Observed;
  readonly release: (pod: PodFacts) => Identified;
}

/**
 * One entry for each node and each of these DaemonSets that has, or should have, a pod there; nodes come in
 * the API's order. Where nodes cannot be listed, they are those that pods are on.
 */
export function calicoNodes(
  daemonSets: readonly DaemonSetFacts[],
  observed: Observed,
  catalogue: Catalogue,
): readonly CalicoNode[] {
  const { nodes, pods: read } = observed;
  const pods = read.known ? read.value : [];
  const byDaemonSet = daemonSets.map((daemonSet) => ({ daemonSet, on: podsByNode(pods, daemonSet) }));
  // Without DaemonSets to tell whose they are, pods that run calico-node are shown all the same.
  const stray = observed.daemonSets.known
    ? new Map<string, PodFacts[]>()
    : Map.groupBy(
        pods.filter((pod) => calicoNode(pod) !== undefined),
        ({ node }) => node ?? "",
      );
  const inputs: NodeInputs = { observed, release: releasesOnce(catalogue) };
  if (!nodes.known) {
    const names = new Set([...byDaemonSet.flatMap(({ on }) => [...on.keys()]), ...stray.keys()]);
    names.delete("");
    return [...names]
      .sort()
      .flatMap((name) => entriesOf(name, undefined, byDaemonSet, stray.get(name) ?? [], inputs));
  }
  return nodes.value.flatMap((node) =>
    entriesOf(node.name, node, byDaemonSet, stray.get(node.name) ?? [], inputs),
  );
}

function entriesOf(
  name: string,
  node: NodeFacts | undefined,
  byDaemonSet: readonly {
    readonly daemonSet: DaemonSetFacts;
    readonly on: ReadonlyMap<string, readonly PodFacts[]>;
  }[],
  stray: readonly PodFacts[],
  inputs: NodeInputs,
): readonly CalicoNode[] {
  const entries = byDaemonSet.flatMap(({ daemonSet, on }) => {
    const pods = on.get(name) ?? [];
    const expected = node === undefined ? "unknown" : shouldRun(node, daemonSet.template);
    if (pods.length === 0 && expected !== true) return [];
    return [entry(name, node, daemonSet, pods, expected, inputs)];
  });
  if (entries.length > 0) return entries;
  const known = inputs.observed.daemonSets.known && inputs.observed.pods.known;
  return [entry(name, node, undefined, stray, known ? false : "unknown", inputs)];
}

function entry(
  name: string,
  node: NodeFacts | undefined,
  daemonSet: DaemonSetFacts | undefined,
  pods: readonly PodFacts[],
  expected: Truth,
  { observed, release }: NodeInputs,
): CalicoNode {
  const [pod] = pods;
  const podsKnown = observed.pods.known;
  const revisions = observed.revisions.known ? observed.revisions.value : undefined;
  const updated: Truth =
    pod === undefined
      ? podsKnown && expected === true
        ? false
        : "unknown"
      : daemonSet === undefined
        ? "unknown"
        : upToDate(pod, daemonSet, revisions);
  const seen = {
    name,
    node,
    daemonSet,
    pods,
    podsKnown,
    expected,
    release: pod === undefined ? undefined : release(pod),
    updated,
    config: pod === undefined || daemonSet === undefined ? noConfig : configOf(pod, daemonSet, observed),
    todo: stillToDo(node, pod, expected, updated),
  };
  const events = observed.events.known ? observed.events.value : [];
  return { ...seen, notes: notesOf(seen, events, observed.now) };
}

/** A node is finished when its pod is new and it is not under our lease any more. */
function stillToDo(
  node: NodeFacts | undefined,
  pod: PodFacts | undefined,
  expected: Truth,
  updated: Truth,
): Truth {
  if (pod === undefined && expected !== true) return expected === false ? false : "unknown";
  const { lease } = node ?? {};
  const held =
    lease !== undefined &&
    lease !== "unreadable" &&
    (node?.unschedulable === true || lease.noCordon === true);
  if (updated === false || held) return true;
  if (updated === "unknown") return "unknown";
  return pod?.ready !== true;
}

/** The release that a pod runs, from its own images; the same images are looked up once. */
function releasesOnce(catalogue: Catalogue): (pod: PodFacts) => Identified {
  const releases = new Map<string, Identified>();
  return (pod) => {
    const node = calicoNode(pod);
    const others = [...pod.initContainers, ...pod.containers].filter((each) => each !== node);
    const key = [node, ...others].map((each) => each?.image ?? "").join(" ");
    const before = releases.get(key);
    if (before !== undefined) return before;
    const found = releaseOfPod(pod, catalogue);
    releases.set(key, found);
    return found;
  };
}
