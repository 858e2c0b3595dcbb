import type { WorkloadFacts } from "../../model/workload.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { RunLease } from "../../model/lease.ts";
import type { Write } from "../../model/write.ts";
import type { ControllerPhaseName, PhaseName } from "../decision.ts";
import type { TargetWorkload } from "./goal.ts";

/** One step of a controller run: exactly one thing happens in the cluster. */
export type ControllerStep = ControllerWork | LeaseStep;

/** The run's lease on the DaemonSet of the install (hazard H13). */
export interface LeaseStep {
  readonly kind: "claim" | "renew" | "end-run";
  readonly daemonSet: DaemonSetFacts;
  /** Undefined takes the annotation away. */
  readonly lease?: RunLease;
}

/** What a run does to controllers. */
export type ControllerWork =
  /** To no replicas through the scale subresource. `restart`: the same workload starts again. */
  | { readonly kind: "scale-down"; readonly workload: WorkloadFacts; readonly restart: boolean }
  | {
      readonly kind: "deploy";
      readonly target: TargetWorkload;
      /** Whether there was one. */
      readonly exists: boolean;
      /** Not the controller itself but a workload that holds an older one at no replicas. */
      readonly stub: boolean;
      readonly writes: readonly Write[];
    };

/** Undefined for the lease: who works is not shown as work. */
export function phaseOf(step: ControllerStep): { readonly phase: ControllerPhaseName } | undefined {
  if (isLeaseStep(step)) return undefined;
  return { phase: step.kind === "scale-down" ? "stop old" : "deploy" };
}

export function isLeaseStep(step: ControllerStep): step is LeaseStep {
  return step.kind === "claim" || step.kind === "renew" || step.kind === "end-run";
}

export const controllerPhases: readonly PhaseName[] = ["stop old", "old gone", "deploy", "rollout", "settle"];
