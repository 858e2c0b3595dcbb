import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { EventFacts } from "../../model/event.ts";
import type { NodeFacts } from "../../model/node.ts";
import { podsByNode, shouldRun } from "../../model/placement.ts";
import { calicoNode, type PodFacts } from "../../model/pod.ts";
import type { Observed } from "../../model/observed.ts";
import type { Truth } from "../../model/reading.ts";
import { upToDate } from "../../model/rollout.ts";
import { formatTime } from "../../model/time.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import type { Identified } from "../../releases/release.ts";
import { releaseOfPod } from "../../releases/running.ts";
import type { NodeStatus, PodStatus } from "./kind.ts";
import { configOf, noConfig } from "../../model/config-age.ts";
import { notesOf } from "./notes.ts";

/** What the rows of all nodes are made from. */
export interface Surroundings {
  readonly observed: Observed;
  readonly catalogue: Catalogue;
  readonly events: readonly EventFacts[];
}

interface RowSurroundings extends Surroundings {
  readonly releases: Map<string, Identified>;
}

/**
 * One row for each node and each calico-node DaemonSet that has, or should have, a pod there; nodes
 * come in the API's order. Where nodes cannot be listed, they are those that pods are on.
 */
export function nodeStatuses(
  daemonSets: readonly DaemonSetFacts[],
  surroundings: Surroundings,
): readonly NodeStatus[] {
  const { nodes, pods: read } = surroundings.observed;
  const pods = read.known ? read.value : [];
  const byDaemonSet = daemonSets.map((daemonSet) => ({ daemonSet, on: podsByNode(pods, daemonSet) }));
  // Without DaemonSets to tell whose they are, pods that run calico-node are shown all the same.
  const stray = surroundings.observed.daemonSets.known
    ? new Map<string, PodFacts[]>()
    : Map.groupBy(
        pods.filter((pod) => calicoNode(pod) !== undefined),
        ({ node }) => node ?? "",
      );
  const all = { ...surroundings, releases: new Map<string, Identified>() };
  if (!nodes.known) {
    const names = new Set([...byDaemonSet.flatMap(({ on }) => [...on.keys()]), ...stray.keys()]);
    names.delete("");
    return [...names]
      .sort()
      .flatMap((name) => rowsOf(name, undefined, byDaemonSet, stray.get(name) ?? [], all));
  }
  return nodes.value.flatMap((node) => rowsOf(node.name, node, byDaemonSet, stray.get(node.name) ?? [], all));
}

function rowsOf(
  name: string,
  node: NodeFacts | undefined,
  byDaemonSet: readonly {
    readonly daemonSet: DaemonSetFacts;
    readonly on: ReadonlyMap<string, readonly PodFacts[]>;
  }[],
  stray: readonly PodFacts[],
  surroundings: RowSurroundings,
): readonly NodeStatus[] {
  const rows = byDaemonSet.flatMap(({ daemonSet, on }) => {
    const pods = on.get(name) ?? [];
    const expected = node === undefined ? "unknown" : shouldRun(node, daemonSet.template);
    if (pods.length === 0 && expected !== true) return [];
    return [row(name, node, daemonSet, pods, expected, surroundings)];
  });
  if (rows.length > 0) return rows;
  const known = surroundings.observed.daemonSets.known && surroundings.observed.pods.known;
  return [row(name, node, undefined, stray, known ? false : "unknown", surroundings)];
}

function row(
  name: string,
  node: NodeFacts | undefined,
  daemonSet: DaemonSetFacts | undefined,
  pods: readonly PodFacts[],
  expected: Truth,
  surroundings: RowSurroundings,
): NodeStatus {
  const { observed, events } = surroundings;
  const [pod] = pods;
  const revisions = observed.revisions.known ? observed.revisions.value : undefined;
  const podsKnown = observed.pods.known;
  const updated: Truth =
    pod === undefined
      ? podsKnown && expected === true
        ? false
        : "unknown"
      : daemonSet === undefined
        ? "unknown"
        : upToDate(pod, daemonSet, revisions);
  const config = pod === undefined || daemonSet === undefined ? noConfig : configOf(pod, daemonSet, observed);
  const status = {
    name,
    ready: node?.ready ?? "unknown",
    schedulable: node === undefined ? ("unknown" as const) : !node.unschedulable,
    roles: node?.roles ?? [],
    expected,
    updated,
    configCurrent: config.current,
    todo: stillToDo(node, pod, expected, updated),
    ...(node === undefined ? {} : { labels: node.labels }),
    ...(node?.kubelet === undefined ? {} : { kubelet: node.kubelet }),
    ...(daemonSet === undefined ? {} : { daemonSet: `${daemonSet.namespace}/${daemonSet.name}` }),
    ...(pod === undefined ? {} : { pod: podStatus(pod), release: releaseOf(pod, surroundings) }),
  };
  const notes = notesOf({
    status,
    config,
    node,
    daemonSet,
    pods,
    podsKnown,
    events,
    eventsKnown: observed.events.known,
    now: observed.now,
  });
  return { ...status, notes };
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
function releaseOf(pod: PodFacts, { catalogue, releases }: RowSurroundings): Identified {
  const node = calicoNode(pod);
  const others = [...pod.initContainers, ...pod.containers].filter((entry) => entry !== node);
  const key = [node, ...others].map((entry) => entry?.image ?? "").join(" ");
  const before = releases.get(key);
  if (before !== undefined) return before;
  const found = releaseOfPod(pod, catalogue);
  releases.set(key, found);
  return found;
}

function podStatus(pod: PodFacts): PodStatus {
  const restarted = Math.max(0, ...pod.containers.map(({ last }) => last?.finishedAt ?? 0));
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    image: calicoNode(pod)?.image ?? "",
    created: formatTime(pod.created),
    ready: pod.ready,
    containersReady: pod.containers.filter(({ ready }) => ready).length,
    containers: pod.containers.length,
    restarts: restarts(pod),
    ...(restarted === 0 ? {} : { lastRestart: formatTime(restarted) }),
    ...(pod.revisionHash === undefined ? {} : { revisionHash: pod.revisionHash }),
  };
}

/** As `kubectl get pods` counts: the init containers' while they run, the containers' afterwards. */
function restarts(pod: PodFacts): number {
  const starting = pod.initContainers.some(({ terminated, ready }) => !ready && terminated?.exitCode !== 0);
  const counted = starting && pod.containers.every(({ restarts }) => restarts === 0);
  return (counted ? pod.initContainers : pod.containers).reduce((sum, entry) => sum + entry.restarts, 0);
}
