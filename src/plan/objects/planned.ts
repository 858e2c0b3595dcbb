import { plannedWrites, type Planned } from "../planned-writes.ts";
import type { ObjectGoal } from "./goal.ts";

/** What is to be written, kind by kind, and what is waited for after it. */
export function plannedStages(stages: readonly (readonly ObjectGoal[])[]): readonly Planned[] {
  const goals = stages.flat();
  return plannedWrites(goals.flatMap(({ kind }) => kind ?? [])).flatMap((planned) => {
    const phases = goals.flatMap(({ kind, waits }) =>
      planned.kind === "write" && kind === planned.what && waits !== undefined ? [waits.phase] : [],
    );
    return [planned, ...[...new Set(phases)].map((phase) => ({ kind: "wait", phase }) as const)];
  });
}
