import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import type { Reading } from "../../../src/model/reading.ts";
import type { ClusterRule } from "../../../src/preflight/cluster-rule.ts";
import { preflightFacts, type PreflightFacts } from "../../../src/preflight/facts.ts";
import type { Finding } from "../../../src/preflight/finding.ts";
import { needsOf } from "../../../src/preflight/needs.ts";
import type { Subject } from "../../../src/preflight/subject.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { now } from "../build/a-cluster.ts";

const forbidden: Reading<never> = { known: false, why: "forbidden", message: "cannot list it" };

/** Facts that a rule tells of and does not judge by. */
const only: Readonly<Record<string, readonly (keyof PreflightFacts)[]>> = {
  // Whether upstream's Job ran; the objects decide.
  D01: ["jobs"],
  // How grave it is that a setting is lost.
  M05: ["ipPools"],
  M10: ["ipPools"],
  M21: ["ebpf"],
};

/**
 * Refuses, one at a time, each reading that a rule looks at, however indirectly, and answers where what
 * could not be read was taken for good: a rule that passes without a fact that it judges by, or one that
 * failed and does no more. `facts` as the rule saw them, `finding` what it said.
 */
export function takenForGood(
  rule: ClusterRule,
  facts: ClusterFacts,
  subject: Subject,
  finding: Finding,
): readonly string[] {
  const { outcome } = finding;
  if (outcome !== "pass" && outcome !== "fail") return [];
  const before = preflightFacts(facts, catalogue);
  const judged = [...rule.needs, ...rule.conditions].filter((name) => only[rule.id]?.includes(name) !== true);
  return needsOf([rule]).flatMap((name) => {
    if (!facts[name].known) return [];
    const refused = preflightFacts({ ...facts, [name]: forbidden }, catalogue);
    const after = rule.evaluate(refused, subject, now);
    if (after.outcome !== "pass" && after.outcome !== "n/a") return [];
    const lost = judged.filter((fact) => before[fact].known && !refused[fact].known);
    return outcome === "fail" || lost.length > 0
      ? [`${rule.id} says ${outcome}, and without ${name} ${after.outcome}: ${after.because}`]
      : [];
  });
}
