import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { DrainPod } from "../../model/drain-pod.ts";
import type { EventFacts } from "../../model/event.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { NodeFacts } from "../../model/node.ts";
import { podsByNode } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Truth } from "../../model/reading.ts";
import type { RevisionFacts } from "../../model/revision.ts";
import { upToDate } from "../../model/rollout.ts";

/** The part of the cluster that a node run watches. */
export interface NodeWorld {
  /** Undefined: the DaemonSet is gone. `raw` is the object as served: merges need all of it. */
  readonly daemonSet?: { readonly facts: DaemonSetFacts; readonly raw: KubeObject };
  readonly revisions: readonly RevisionFacts[];
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** Pods that the DaemonSet made. */
  readonly pods: readonly PodFacts[];
  /** Pods of Calico's other components, where they are watched. */
  readonly components?: readonly PodFacts[];
  /** Pods of whatever kind on the nodes of the run, where they are drained. */
  readonly drainPods?: readonly DrainPod[];
  /** Our short pods (hazard H26). */
  readonly probes: readonly PodFacts[];
  /**
   * Events of the DaemonSet and its pods, as last asked for. Up to Kubernetes 1.11 they are the only
   * trace of a pod that cannot be placed (hazard H10).
   */
  readonly events: readonly EventFacts[];
}

const none: ReadonlyMap<string, readonly PodFacts[]> = new Map();
/** A world never changes, and is asked about each of its nodes. */
const placedIn = new WeakMap<NodeWorld, ReadonlyMap<string, readonly PodFacts[]>>();

/** The DaemonSet's pods by node, on each the one that counts first (hazard H10). */
export function placed(world: NodeWorld): ReadonlyMap<string, readonly PodFacts[]> {
  const daemonSet = world.daemonSet?.facts;
  if (daemonSet === undefined) return none;
  const known = placedIn.get(world) ?? podsByNode(world.pods, daemonSet);
  placedIn.set(world, known);
  return known;
}

/** Pods of a node, the one that counts first (hazard H10). */
export function podsOn(world: NodeWorld, node: string): readonly PodFacts[] {
  return placed(world).get(node) ?? [];
}

/** The pod that counts for a node: one that is not being deleted. */
export function podOn(world: NodeWorld, node: string): PodFacts | undefined {
  return podsOn(world, node).find((pod) => pod.deletedAt === undefined);
}

/** Whether a pod runs the DaemonSet's newest template (hazard H11). */
export function isNewest(world: NodeWorld, pod: PodFacts): Truth {
  const daemonSet = world.daemonSet?.facts;
  return daemonSet === undefined ? "unknown" : upToDate(pod, daemonSet, world.revisions);
}

/**
 * Ready; or only started, while Calico's own etcd v2 → v3 data migration holds Ready back by design
 * (calico-facts 3.3).
 */
export function isUp(pod: PodFacts, expectReady: boolean): boolean {
  if (expectReady) return pod.ready;
  return (
    pod.phase === "Running" &&
    pod.containers.every(({ startedAt, waiting }) => startedAt !== undefined && waiting === undefined)
  );
}
