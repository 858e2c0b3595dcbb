import type { GuardedStep } from "../model/guarded-step.ts";
import type { RulePage } from "../model/rule-page.ts";
import type { Millis } from "../model/time.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Severity } from "./finding.ts";
import type { CheckResult, KnownReadings } from "./rule.ts";
import type { RuleId } from "./rules/ids.ts";
import type { Subject } from "./subject.ts";
import { templatePair, type TemplatePair } from "./template-pair.ts";

/** A rule that compares the live calico-node with the one of the file that takes its place. */
export function templateRule<const K extends keyof PreflightFacts = never>(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly page: RulePage;
  readonly needs?: readonly K[];
  /** Readings that the check can do without. */
  readonly looks?: readonly (keyof PreflightFacts)[];
  readonly steps?: readonly GuardedStep[];
  readonly check: (
    pair: TemplatePair,
    facts: KnownReadings<PreflightFacts, K | "daemonSet" | "configMaps">,
    subject: Subject,
    now: Millis,
    readings: PreflightFacts,
  ) => CheckResult;
}): ClusterRule {
  const { id, severity, page, needs = [], looks = [], steps = [] } = rule;
  return clusterRule({
    id,
    severity,
    page,
    when: { manifest: true },
    needs: [...needs, "daemonSet", "configMaps"] as readonly (K | "daemonSet" | "configMaps")[],
    looks,
    steps,
    check(facts, subject, now, readings) {
      const { daemonSet, configMaps } = facts as KnownReadings<PreflightFacts, "daemonSet" | "configMaps">;
      const pair = templatePair(subject, daemonSet, configMaps);
      if (pair === undefined)
        return {
          outcome: "n/a",
          because: `the file has no DaemonSet ${daemonSet.namespace}/${daemonSet.name}`,
        };
      return rule.check(pair, facts, subject, now, readings);
    },
  });
}
