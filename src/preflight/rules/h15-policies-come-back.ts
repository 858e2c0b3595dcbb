import { span } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Hazard H15, where policies change their meaning (v2.3 with the Kubernetes datastore, v2.4 with etcd). */
export const policiesComeBack = clusterRule({
  id: "H15",
  severity: "warning",
  when: { from: span(undefined, "v2.4.0"), to: span("v2.3.0") },
  needs: ["networkPolicies"],
  steps: ["migrate-policy", "controller", "node", "apply"],
  check({ networkPolicies }) {
    const made = networkPolicies.filter(({ madeBy }) => madeBy.length > 0);
    if (made.length === 0) return { outcome: "pass", because: "nobody makes a policy again by himself" };
    return {
      outcome: "fail",
      because: `deleted, these come back: ${some(made.map(({ namespace, name, madeBy }) => `${namespace}/${name} (${madeBy.join(", ")})`))}`,
      evidence: made.map(({ namespace, name, madeBy }) => ({
        object: `NetworkPolicy ${namespace}/${name}`,
        field: "made by",
        value: madeBy.join(", "),
      })),
      fix: "take those that are to go out where they come from, before migrate-policy",
    };
  },
});
