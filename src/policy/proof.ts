import type { FlowChange } from "./changes.ts";
import { placeOf, type CausedChange, type WhatIf } from "./what-if.ts";

/** What the proof of a plan comes to. */
export interface Judgement {
  /** Flows that the plan must not change and does, or of which that cannot be determined. It is not carried out. */
  readonly refused: readonly { readonly change: FlowChange; readonly when: "meanwhile" | "migrated" }[];
  /** Flows that change because somebody asked for it, or because the target begins to enforce more. */
  readonly toAccept: readonly CausedChange[];
  /**
   * Namespaces that are being deleted and have pods with an address: nothing can be created in them, so they
   * would change their meaning. One where no pod can be reached any more has none to change.
   */
  readonly going: readonly string[];
}

/**
 * The plan is carried out only where it changes no flow under the old semantics, and under the target's
 * none but by request (--keep) or by what the target newly enforces. What cannot be determined counts as changed.
 */
export function judge(result: Pick<WhatIf, "universe" | "plan" | "meanwhile" | "migrated">): Judgement {
  const { meanwhile, migrated, plan } = result;
  const terminating = (change: FlowChange): boolean =>
    plan.namespaces[placeOf(result.universe, change)]?.left === "terminating";
  const others = migrated.filter(({ cause }) => cause === "other");
  const going = others.filter((change) => terminating(change) && hasAddress(result, change));
  return {
    refused: [
      ...meanwhile.map((change) => ({ change, when: "meanwhile" as const })),
      ...others
        .filter((change) => !terminating(change))
        .map((change) => ({ change, when: "migrated" as const })),
    ],
    toAccept: migrated.filter(({ cause }) => cause !== "other"),
    going: [
      ...new Set(going.map((change) => plan.namespaces[placeOf(result.universe, change)]?.namespace ?? "")),
    ],
  };
}

function hasAddress({ universe }: Pick<WhatIf, "universe">, { from, to, reason }: FlowChange): boolean {
  return (reason.side === "egress" ? from : to).some(
    (id) => (universe.classes[id]?.addresses ?? []).length > 0,
  );
}
