/** What became of each cell, kept for a table: FAULTS_TABLE names a file to which a line is added for each. */
import { appendFileSync } from "node:fs";
import type { Story } from "./story.ts";

export interface Outcome {
  readonly story: string;
  readonly kubeVersion: string;
  readonly requestClass: string;
  /** A fault, or what somebody else did. */
  readonly fault: string;
  readonly broken: readonly string[];
}

/** One run with a fault, or with somebody else. */
export interface Tried {
  /** What was promised and does not hold. */
  readonly broken: readonly string[];
  /** Whether it came to that request. */
  readonly reached: boolean;
}

export function noteOutcome(
  { name, kubeVersion }: Story,
  { requestClass, fault }: Pick<Outcome, "requestClass" | "fault">,
  { broken, reached }: Tried,
): void {
  // A run of another order, as watches make it, may end before that request: nothing was tried then.
  if (!reached) console.warn(`${name}: over before ${fault} at ${requestClass}`);
  const file = process.env["FAULTS_TABLE"];
  if (file === undefined || !reached) return;
  const outcome: Outcome = { story: name, kubeVersion, requestClass, fault, broken };
  appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}
