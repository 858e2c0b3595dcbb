import type { WorkloadFacts } from "../../model/workload.ts";
import type { Write } from "../../model/write.ts";
import type { ControllerPhaseName, PhaseName } from "../decision.ts";
import { isLeaseStep, type LeaseStep } from "../lease/step.ts";
import type { TargetWorkload } from "./goal.ts";

/** One step of a controller run: exactly one thing happens in the cluster. */
export type ControllerStep = ControllerWork | LeaseStep;

/** What a run does to controllers. */
export type ControllerWork =
  /** To no replicas through the scale subresource. `restart`: the same workload starts again. */
  | {
      readonly kind: "scale-down";
      readonly workload: WorkloadFacts;
      readonly restart: boolean;
      readonly through?: Through;
    }
  | {
      readonly kind: "deploy";
      readonly target: TargetWorkload;
      /** Whether there was one. */
      readonly exists: boolean;
      /** Not the controller itself but a workload that holds an older one at no replicas. */
      readonly stub: boolean;
      readonly writes: readonly Write[];
      readonly through?: Through;
    };

/** An earlier try, which nobody answered, has gone through: there is nothing to write. */
type Through = true;

/** Undefined for the lease: who works is not shown as work. */
export function phaseOf(step: ControllerStep): { readonly phase: ControllerPhaseName } | undefined {
  if (isLeaseStep(step)) return undefined;
  return { phase: step.kind === "scale-down" ? "stop old" : "deploy" };
}

export const controllerPhases: readonly PhaseName[] = ["stop old", "old gone", "deploy", "rollout", "settle"];
