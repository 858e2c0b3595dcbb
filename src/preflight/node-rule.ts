import type { RulePage } from "../model/rule-page.ts";
import type { Severity } from "./finding.ts";
import type { NodeStepFacts, NodeSubject } from "./node-facts.ts";
import { knownOf, type CheckResult, type KnownReadings, type Rule } from "./rule.ts";
import type { Millis } from "../model/time.ts";
import type { RuleId } from "./rules/ids.ts";

/** A rule that is asked before each node's restart, with what is seen of the cluster then. */
export interface NodeRule extends Rule<NodeStepFacts, NodeSubject> {
  readonly page: RulePage;
  /** Where several stand against a restart the one with the lowest is the reason that is given. */
  readonly rank: number;
}

export function nodeRule<const K extends keyof NodeStepFacts>(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly page: RulePage;
  readonly rank: number;
  readonly needs: readonly K[];
  readonly check: (facts: KnownReadings<NodeStepFacts, K>, subject: NodeSubject, now: Millis) => CheckResult;
}): NodeRule {
  const { id, severity, page, rank, needs } = rule;
  return {
    id,
    severity,
    page,
    rank,
    needs,
    evaluate(facts, subject, now) {
      const common = { id, severity, node: subject.node, evidence: [] };
      const read = knownOf(facts, needs);
      if (!read.ok) return { ...common, outcome: "unknown", because: read.because };
      return { ...common, ...rule.check(read.values, subject, now) };
    },
  };
}
