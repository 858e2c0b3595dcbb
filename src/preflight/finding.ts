import type { RuleId } from "./words.ts";

export type Severity = "error" | "warning" | "info";

/** What a rule answers: never a guess, and n/a says why it does not apply. */
export type Outcome = "pass" | "fail" | "unknown" | "n/a";

/** One rule's answer, as data: the words that explain the rule are in words.ts. */
export interface Finding {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly outcome: Outcome;
  /** What was seen: which object, which field, which value; or which reading is missing and why. */
  readonly because: string;
  /** What resolves it, here and now. */
  readonly fix?: string;
  readonly node?: string;
}
