import type { Reading } from "../model/reading.ts";
import type { Millis } from "../model/time.ts";
import type { Facts, NodeSubject } from "./facts.ts";
import type { Finding, Outcome, Severity } from "./finding.ts";
import type { RuleId } from "./words.ts";

type Known<K extends keyof Facts> = {
  readonly [P in K]: Facts[P] extends Reading<infer T> ? T : never;
};

export interface Answer {
  readonly outcome: Exclude<Outcome, "unknown">;
  readonly because: string;
  readonly fix?: string;
  /** Where one rule warns of one thing and refuses another. */
  readonly severity?: Severity;
}

/** A rule of the node step: id, severity, the readings it needs, and a pure check. */
export interface NodeRule {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly evaluate: (facts: Facts, subject: NodeSubject, now: Millis) => Finding;
}

/** A needed reading that is not known makes the rule unknown, never passed. */
export function nodeRule<const K extends keyof Facts>(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly needs: readonly K[];
  readonly check: (facts: Known<K>, subject: NodeSubject, now: Millis) => Answer;
}): NodeRule {
  return {
    id: rule.id,
    severity: rule.severity,
    evaluate(facts, subject, now) {
      const values: Partial<Record<keyof Facts, unknown>> = {};
      for (const need of rule.needs) {
        const reading: Reading<unknown> = facts[need];
        if (!reading.known) {
          const because = `${need} ${reading.why === "failed" ? "could not be read" : reading.why}: ${reading.message}`;
          return { id: rule.id, severity: rule.severity, outcome: "unknown", because, node: subject.node };
        }
        values[need] = reading.value;
      }
      const answer = rule.check(values as Known<K>, subject, now);
      return { id: rule.id, node: subject.node, severity: rule.severity, ...answer };
    },
  };
}

/** Whether a finding stands against the step until it is named in --ignore-preflight-errors. */
export function blocks(finding: Finding, ignored: ReadonlySet<string>): boolean {
  if (finding.severity !== "error") return false;
  if (finding.outcome !== "fail" && finding.outcome !== "unknown") return false;
  // A silent kubelet's pod is never deleted, whatever is asked for (hazard H16).
  if (finding.id === "H16") return true;
  return !ignored.has(finding.id) && !ignored.has("all");
}
