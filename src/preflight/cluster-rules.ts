import type { GuardedStep } from "../model/guarded-step.ts";
import type { Millis } from "../model/time.ts";
import { badReleases } from "../releases/faults/bad-releases.ts";
import { limits } from "../releases/limits/kubernetes-limits.ts";
import { pathRules } from "../releases/paths/path-rules.ts";
import { byCategory } from "./categories.ts";
import type { ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import { faultRule } from "./fault-rule.ts";
import type { Finding } from "./finding.ts";
import { limitRule } from "./limit-rule.ts";
import { pathRule } from "./path-rule.ts";
import { rulesOfCluster } from "./rules/of-cluster.ts";
import type { Subject } from "./subject.ts";

const apart = [...pathRules.map(pathRule), ...badReleases.map(faultRule), ...rulesOfCluster];
const asked = new Set<string>(apart.map(({ id }) => id));

/** Every rule about the cluster and its path to a target. A limit that has a rule of its own is not asked twice. */
export const clusterRules: readonly ClusterRule[] = [
  ...apart,
  ...limits.filter(({ id }) => !asked.has(id)).map(limitRule),
].toSorted(byCategory);

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
