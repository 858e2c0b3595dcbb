import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { EventFacts } from "../../model/event.ts";
import { parseImage } from "../../model/image.ts";
import type { NodeFacts } from "../../model/node.ts";
import { podsByNode, shouldRun } from "../../model/placement.ts";
import { calicoNode, type PodFacts } from "../../model/pod.ts";
import type { Observed } from "../../model/observed.ts";
import type { Truth } from "../../model/reading.ts";
import { upToDate } from "../../model/rollout.ts";
import { formatTime } from "../../model/time.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { identifyRelease, type Identified } from "../../releases/release.ts";
import type { NodeStatus, PodStatus } from "./kind.ts";
import { configOf, noConfig } from "./config-age.ts";
import { notesOf } from "./notes.ts";

/** What the rows of all nodes are made from. */
export interface Surroundings {
  readonly observed: Observed;
  readonly catalogue: Catalogue;
  readonly events: readonly EventFacts[];
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
  if (!nodes.known) {
    const names = new Set(byDaemonSet.flatMap(({ on }) => [...on.keys()]));
    const stray = daemonSets.length > 0 ? [] : pods.filter((pod) => calicoNode(pod) !== undefined);
    for (const { node } of stray) if (node !== undefined) names.add(node);
    return [...names]
      .sort()
      .flatMap((name) => rowsOf(name, undefined, byDaemonSet, strayOn(stray, name), surroundings));
  }
  const stray = surroundings.observed.daemonSets.known
    ? []
    : pods.filter((pod) => calicoNode(pod) !== undefined);
  return nodes.value.flatMap((node) =>
    rowsOf(node.name, node, byDaemonSet, strayOn(stray, node.name), surroundings),
  );
}

/** Pods that run calico-node, while the DaemonSets could not be read. */
function strayOn(pods: readonly PodFacts[], node: string): readonly PodFacts[] {
  return pods.filter((pod) => pod.node === node);
}

function rowsOf(
  name: string,
  node: NodeFacts | undefined,
  byDaemonSet: readonly {
    readonly daemonSet: DaemonSetFacts;
    readonly on: ReadonlyMap<string, readonly PodFacts[]>;
  }[],
  stray: readonly PodFacts[],
  surroundings: Surroundings,
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
  surroundings: Surroundings,
): NodeStatus {
  const { observed, catalogue, events } = surroundings;
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
    ...(node?.kubelet === undefined ? {} : { kubelet: node.kubelet }),
    ...(daemonSet === undefined ? {} : { daemonSet: `${daemonSet.namespace}/${daemonSet.name}` }),
    ...(pod === undefined ? {} : { pod: podStatus(pod), release: releaseOf(pod, catalogue) }),
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

/** The release that a pod runs, from its own images. */
export function releaseOf(pod: PodFacts, catalogue: Catalogue): Identified {
  const node = calicoNode(pod);
  const others = [...pod.initContainers, ...pod.containers].filter((entry) => entry !== node);
  return identifyRelease(
    node === undefined ? undefined : parseImage(node.image),
    others.map(({ image }) => parseImage(image)),
    catalogue,
  );
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
