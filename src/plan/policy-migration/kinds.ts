import type { MigrationStep } from "../../policy/steps.ts";
import type { WriteKind } from "../planned-writes.ts";

/** What a step is counted with: both kinds of decisions are recorded first. */
export function kindOfStep({ kind }: MigrationStep): WriteKind {
  return kind === "treat-as" || kind === "keep" ? "record" : kind;
}
