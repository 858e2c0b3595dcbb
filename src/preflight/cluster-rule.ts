import type { GuardedStep } from "../model/guarded-step.ts";
import type { RulePage } from "../model/rule-page.ts";
import type { Millis } from "../model/time.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Severity } from "./finding.ts";
import { knownOf, type CheckResult, type KnownReadings, type Rule } from "./rule.ts";
import type { RuleId } from "./rules/ids.ts";
import type { Subject } from "./subject.ts";
import { applies, conditionsOf, type Applies, type When } from "./when.ts";

/** A rule about the whole cluster, and about the way from what runs to a target. */
export interface ClusterRule extends Rule<PreflightFacts, Subject> {
  /** Made only where it is shown. */
  readonly page: () => RulePage;
  /** The steps that it guards, beside `preflight`. */
  readonly steps: readonly GuardedStep[];
  /** No step asks it where no release is asked for. */
  readonly ofTarget: boolean;
  /** The facts that tell whether it applies. */
  readonly conditions: readonly (keyof PreflightFacts)[];
  readonly applies: (facts: PreflightFacts, subject: Subject) => Applies;
}

/** Where `when` does not hold the rule is n/a, whatever could not be read. */
export function clusterRule<const K extends keyof PreflightFacts = never>(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly page: RulePage | (() => RulePage);
  /** Of what is not known, where that says nothing against the step (hazard H21). */
  readonly whenUnknown?: Severity;
  readonly when?: When;
  readonly needs: readonly K[];
  /** Readings that the check can do without: it gets them as they are. */
  readonly looks?: readonly (keyof PreflightFacts)[];
  readonly steps?: readonly GuardedStep[];
  readonly ofTarget?: true;
  readonly check: (
    facts: KnownReadings<PreflightFacts, K>,
    subject: Subject,
    now: Millis,
    readings: PreflightFacts,
  ) => CheckResult;
}): ClusterRule {
  const { id, severity, page, when = {}, needs, looks = [], steps = [], ofTarget = false } = rule;
  return {
    id,
    severity,
    page: typeof page === "function" ? page : () => page,
    needs: [...needs, ...looks],
    steps,
    ofTarget,
    conditions: conditionsOf(when),
    applies: (facts, subject) => applies(when, facts, subject),
    evaluate(facts, subject, now) {
      const common = { id, severity, evidence: [] };
      const unknown = { ...common, severity: rule.whenUnknown ?? severity, outcome: "unknown" } as const;
      const holds = applies(when, facts, subject);
      if (holds.applies === false) return { ...common, outcome: "n/a", because: holds.because };
      if (holds.applies === "unknown") return { ...unknown, because: holds.because };
      const read = knownOf(facts, needs);
      if (!read.ok) return { ...unknown, because: read.because };
      const answer = rule.check(read.values, subject, now, facts);
      return { ...(answer.outcome === "unknown" ? unknown : common), ...answer };
    },
  };
}
