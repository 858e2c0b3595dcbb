import type { WorkloadFacts } from "../../model/workload.ts";
import type { Write } from "../../model/write.ts";
import type { ControllerPhaseName, PhaseName } from "../decision.ts";
import type { TargetWorkload } from "./goal.ts";

/** One step of a controller run: exactly one thing happens in the cluster. */
export type ControllerStep =
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

export function phaseOf(step: ControllerStep): { readonly phase: ControllerPhaseName } {
  return { phase: step.kind === "scale-down" ? "stop old" : "deploy" };
}

export const controllerPhases: readonly PhaseName[] = ["stop old", "old gone", "deploy", "rollout", "settle"];
