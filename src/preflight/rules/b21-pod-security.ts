import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B21. */
export const podSecurity = clusterRule({
  id: "B21",
  severity: "info",
  when: { crosses: "v3.24.0" },
  needs: ["podSecurityPolicies"],
  check({ podSecurityPolicies: policies }) {
    if (policies.length === 0) return { outcome: "pass", because: "there is no PodSecurityPolicy" };
    return {
      outcome: "fail",
      because: `the cluster has PodSecurityPolicies (${some(policies.map(({ name }) => name))}), and Calico's manifest no longer brings its own`,
      evidence: policies.map(({ name }) => ({
        object: `PodSecurityPolicy ${name}`,
        field: "metadata.name",
        value: name,
      })),
      fix: "keep one that admits calico-node (privileged, host network) as long as they are enforced",
    };
  },
});
