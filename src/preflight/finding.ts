import type { NeededRight } from "../model/right.ts";
import type { Millis } from "../model/time.ts";
import type { RuleId } from "./rules/ids.ts";

export type Severity = "error" | "warning" | "info";

/** What a rule answers: never a guess, and n/a says why it does not apply. */
export type CheckOutcome = "pass" | "fail" | "unknown" | "n/a";

/** One thing that was seen. */
export interface Evidence {
  /** `HostEndpoint node-01-all`, `DaemonSet kube-system/calico-node`. */
  readonly object: string;
  /** `spec.interfaceName`. */
  readonly field: string;
  readonly value: string;
}

/** What resolves a finding in one line, its commands behind; undefined: nothing is said. */
export function fixLine({ fix, commands = [] }: Pick<Finding, "fix" | "commands">): string | undefined {
  const line = [...(fix === undefined ? [] : [fix]), ...(commands.length === 0 ? [] : [commands.join("; ")])];
  return line.length === 0 ? undefined : line.join(": ");
}

/** One rule's answer, as data: the page that explains the rule is in its file. */
export interface Finding {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly outcome: CheckOutcome;
  /** What was seen, in a sentence; or which reading is missing and why. */
  readonly because: string;
  readonly evidence: readonly Evidence[];
  /** What resolves it, here and now, in a sentence without commands to paste. */
  readonly fix?: string;
  /** To paste: what does it, or shows more. */
  readonly commands?: readonly string[];
  /** Time alone mends it: what is waited for, and until when. */
  readonly wait?: { readonly for: string; readonly until: Millis };
  /** Rights that are missing; roles that give them are printed. */
  readonly missing?: readonly NeededRight[];
  readonly node?: string;
}
