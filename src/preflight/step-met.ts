import type { PreflightFacts } from "./facts.ts";
import type { CheckResult } from "./rule.ts";
import type { When } from "./when.ts";

/** Says what became of the step that meets a path rule, where the cluster tells. */
export interface StepMet {
  /** Where the step comes in: only there its readings are needed. */
  readonly when: When;
  readonly looks: readonly (keyof PreflightFacts)[];
  /** What the path begins at, where it is not the oldest calico-node. */
  readonly begins?: "enforcing";
  readonly answer: (readings: PreflightFacts, because: string) => CheckResult;
}
