import type { Reading } from "../model/reading.ts";
import type { NeededRight } from "../model/right.ts";
import type { Millis } from "../model/time.ts";
import type { Evidence, Finding, CheckOutcome, Severity } from "./finding.ts";
import type { RuleId } from "./rules/ids.ts";

/** A rule: which readings it needs of the facts `F`, and a pure check of them for the subject `S`. */
export interface Rule<F, S> {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly needs: readonly (keyof F)[];
  readonly evaluate: (facts: F, subject: S, now: Millis) => Finding;
}

/** What a check answers. That a reading is unknown it never sees. */
export interface CheckResult {
  readonly outcome: CheckOutcome;
  readonly because: string;
  readonly evidence?: readonly Evidence[];
  readonly fix?: string;
  readonly commands?: readonly string[];
  readonly missing?: readonly NeededRight[];
  readonly wait?: NonNullable<Finding["wait"]>;
  /** Where one rule warns of one thing and refuses another. */
  readonly severity?: Severity;
}

/** Values of the readings that a rule names. */
export type KnownReadings<F, K extends keyof F> = {
  readonly [P in K]: F[P] extends Reading<infer T> ? T : never;
};

/** The readings that a rule needs, or which of them is unknown and why: that makes the rule unknown, never passed. */
export function knownOf<F extends object, const K extends keyof F & string>(
  facts: F,
  needs: readonly K[],
):
  | { readonly ok: true; readonly values: KnownReadings<F, K> }
  | { readonly ok: false; readonly because: string } {
  const values: Partial<Record<K, unknown>> = {};
  for (const need of needs) {
    // Every fact of `F` that a rule can name is a reading.
    const reading = facts[need] as Reading<unknown>;
    if (!reading.known) return { ok: false, because: unknownBecause(need, reading) };
    values[need] = reading.value;
  }
  return { ok: true, values: values as KnownReadings<F, K> };
}

/** `hostEndpoints forbidden: …`. */
export function unknownBecause(need: string, reading: Extract<Reading<unknown>, { known: false }>): string {
  return `${need}${reading.why === "failed" ? "" : ` ${reading.why}`}: ${reading.message}`;
}

/** Whether a finding stands against the step until it is named in --ignore-preflight-errors. */
export function blocks(
  finding: Pick<Finding, "id" | "severity" | "outcome">,
  ignored: ReadonlySet<string>,
  failOn: "error" | "warning" = "error",
): boolean {
  if (finding.severity !== "error" && (failOn === "error" || finding.severity !== "warning")) return false;
  if (finding.outcome !== "fail" && finding.outcome !== "unknown") return false;
  // A silent kubelet's pod is never deleted, whatever is asked for (hazard H16).
  const id: string = finding.id;
  if (id === "H16") return true;
  return !ignored.has(finding.id) && !ignored.has("all");
}
