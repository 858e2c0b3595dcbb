import type { FlowChange } from "./changes.ts";
import type { CausedChange, WhatIf } from "./what-if.ts";

/** What the proof of a plan comes to. */
export interface Judgement {
  /** Flows that the plan must not change and does, or of which that cannot be told. It is not carried out. */
  readonly refused: readonly { readonly change: FlowChange; readonly when: "meanwhile" | "migrated" }[];
  /** Flows that change because somebody asked for it, or because the target begins to enforce more. */
  readonly toAccept: readonly CausedChange[];
}

/**
 * The plan is carried out only where it changes no flow under the old semantics, and under the target's
 * none but by request (--keep) or by what the target newly enforces. What cannot be told counts as changed.
 */
export function judge({ meanwhile, migrated }: Pick<WhatIf, "meanwhile" | "migrated">): Judgement {
  return {
    refused: [
      ...meanwhile.map((change) => ({ change, when: "meanwhile" as const })),
      ...migrated
        .filter(({ cause }) => cause === "other")
        .map((change) => ({ change, when: "migrated" as const })),
    ],
    toAccept: migrated.filter(({ cause }) => cause !== "other"),
  };
}
