import type { GuardedStep } from "../model/guarded-step.ts";
import type { RulePage } from "../model/rule-page.ts";
import type { Millis } from "../model/time.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Severity } from "./finding.ts";
import type { Answer, Known } from "./rule.ts";
import type { RuleId } from "./rules/ids.ts";
import { some } from "./some.ts";
import type { Subject } from "./subject.ts";
import {
  changedCniSettings,
  changedSettings,
  changeEvidence,
  changeText,
  templatePair,
  type Change,
  type TemplatePair,
} from "./template-pair.ts";

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
    facts: Known<PreflightFacts, K | "daemonSet" | "configMaps">,
    subject: Subject,
    now: Millis,
    readings: PreflightFacts,
  ) => Answer;
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
      const { daemonSet, configMaps } = facts as Known<PreflightFacts, "daemonSet" | "configMaps">;
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

/** A rule about some settings of calico-node (and of the CNI installer): the file keeps them. */
export function settingsRule(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly page: RulePage;
  readonly steps?: readonly GuardedStep[];
  readonly which: (change: Change) => boolean;
  readonly kept: string;
  /** Where some changes weigh more than others. */
  readonly weigh?: (changes: readonly Change[]) => Severity;
}): ClusterRule {
  return templateRule({
    id: rule.id,
    severity: rule.severity,
    page: rule.page,
    ...(rule.steps === undefined ? {} : { steps: rule.steps }),
    check(pair) {
      const all = [...changedSettings(pair), ...changedCniSettings(pair)];
      const matching = [...new Map(all.filter(rule.which).map((each) => [each.name, each])).values()];
      const found = matching.filter(({ unread }) => unread !== true);
      if (found.length === 0 && matching.length > 0)
        return {
          outcome: "unknown",
          severity: "warning",
          because: `not compared, as a value could not be read: ${some(matching.map(changeText))}`,
        };
      if (found.length === 0) return { outcome: "pass", because: rule.kept };
      const { namespace, name } = pair.live.daemonSet;
      return {
        outcome: "fail",
        because: some(found.map(changeText)),
        evidence: found.map((each) => changeEvidence(`DaemonSet ${namespace}/${name}`, each)),
        fix: `set in the file, as it is in the cluster: ${some(found.map(settingText), 6)}`,
        ...(rule.weigh === undefined ? {} : { severity: rule.weigh(found) }),
      };
    },
  });
}

function settingText({ name, live }: Change): string {
  return live === undefined || live === "" ? `no ${name}` : `${name}=${live.includes("\n") ? "…" : live}`;
}
