import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Hazard H15, where the upgrade changes what policies mean. */
export const policiesComeBack = clusterRule({
  id: "H15",
  severity: "warning",
  when: { changesPolicies: true },
  needs: ["networkPolicies"],
  steps: ["migrate-policy", "controller", "node", "apply"],
  check({ networkPolicies }) {
    const made = networkPolicies.filter(({ madeBy }) => madeBy.length > 0);
    if (made.length === 0) return { outcome: "pass", because: "nobody makes a policy again by himself" };
    return {
      outcome: "fail",
      because: `whoever deletes these gets them back: ${some(made.map(({ namespace, name, madeBy }) => `${namespace}/${name} (${madeBy.join(", ")})`))}`,
      evidence: made.map(({ namespace, name, madeBy }) => ({
        object: `NetworkPolicy ${namespace}/${name}`,
        field: "made by",
        value: madeBy.join(", "),
      })),
      fix: "take those that are to go out where they come from, before migrate-policy",
    };
  },
});
