import type { Millis } from "../model/time.ts";
import { boundaryRules } from "./categories/b.ts";
import { dataRules } from "./categories/d.ts";
import { hazardRules } from "./categories/h.ts";
import { kubernetesRules } from "./categories/k.ts";
import { manifestRules } from "./categories/m.ts";
import { policyRules } from "./categories/n.ts";
import { ownershipRules } from "./categories/o.ts";
import { pathRulesOfCluster } from "./categories/p.ts";
import { faultRules } from "./categories/r.ts";
import { healthRules } from "./categories/s.ts";
import type { ClusterRule, GuardedStep } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Every rule about the cluster and its way to a target, by category. */
export const clusterRules: readonly ClusterRule[] = [
  ...pathRulesOfCluster,
  ...faultRules,
  ...boundaryRules,
  ...policyRules,
  ...dataRules,
  ...kubernetesRules,
  ...ownershipRules,
  ...healthRules,
  ...manifestRules,
  ...hazardRules,
];

/** The rules that a command asks before the first write of its step. */
export function rulesOfStep(step: GuardedStep, { to, manifest }: Subject): readonly ClusterRule[] {
  const hasTarget = to !== undefined || manifest !== undefined;
  return clusterRules.filter(({ steps, ofTarget }) => steps.includes(step) && (hasTarget || !ofTarget));
}

export function findingsOf(
  rules: readonly ClusterRule[],
  facts: PreflightFacts,
  subject: Subject,
  now: Millis,
): readonly Finding[] {
  return rules.map((rule) => rule.evaluate(facts, subject, now));
}
