import type { PlanStep, StepId, UpgradePlan } from "./plan.ts";

/** The next step of a plan that a command of this program does; `done`: what was done since it was made. */
export function nextStep({ hops }: UpgradePlan, done: readonly StepId[]): PlanStep | undefined {
  return hops
    .flatMap(({ steps }) => steps)
    .find(({ id, state, command }) => state !== "done" && command !== undefined && !done.includes(id));
}
