import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { EventFacts } from "../../model/event.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { PodFacts } from "../../model/pod.ts";
import { controllerContainer, type WorkloadFacts } from "../../model/workload.ts";
import type { ControllerGoal } from "./goal.ts";

/** A controller as served: merges need all of it. */
export interface LiveWorkload {
  readonly facts: WorkloadFacts;
  readonly raw: KubeObject;
}

/** The part of the cluster that a controller run watches. */
export interface ControllerWorld {
  /** Deployments and ReplicaSets that are Calico's controller; what a Deployment made is left out. */
  readonly workloads: readonly LiveWorkload[];
  /** Pods that run a controller, whoever made them. */
  readonly pods: readonly PodFacts[];
  /** The install's calico-node, which carries the lease of the one run that works (hazard H13). */
  readonly daemonSet?: DaemonSetFacts;
  /** The nodes of these pods, as last asked for: a silent one holds a Terminating pod back. */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly events: readonly EventFacts[];
}

/** The workload that the run reconciles; undefined as long as it is not there. */
export function targetOf(
  world: Pick<ControllerWorld, "workloads">,
  { target }: Pick<ControllerGoal, "target">,
): LiveWorkload | undefined {
  return world.workloads.find(({ facts }) => isSame(facts, target));
}

/** Every other controller that wants a pod. */
export function othersWanting(
  world: Pick<ControllerWorld, "workloads">,
  { target }: Pick<ControllerGoal, "target">,
): readonly LiveWorkload[] {
  return world.workloads.filter(({ facts }) => !isSame(facts, target) && facts.desired > 0);
}

/** Pods that have a controller, or may: containers of a finished pod have ended for good. */
export function presentPods(world: Pick<ControllerWorld, "pods">): readonly PodFacts[] {
  return world.pods.filter(({ phase }) => phase !== "Failed" && phase !== "Succeeded");
}

/** Pods whose controller runs, as far as their kubelets have told. */
export function runningPods(world: Pick<ControllerWorld, "pods">): readonly PodFacts[] {
  return presentPods(world).filter((pod) => {
    const container = controllerContainer(pod);
    return container?.startedAt !== undefined && container.terminated === undefined;
  });
}

function isSame(
  facts: Pick<WorkloadFacts, "kind" | "name">,
  target: Pick<WorkloadFacts, "kind" | "name">,
): boolean {
  return facts.kind === target.kind && facts.name === target.name;
}
