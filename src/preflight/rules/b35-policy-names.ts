import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 4.3, B35. */
export const policyNames = clusterRule({
  id: "B35",
  severity: "info",
  when: { crosses: "v3.32.0" },
  needs: ["globalNetworkPolicies", "calicoNetworkPolicies"],
  check({ globalNetworkPolicies, calicoNetworkPolicies }) {
    const count = globalNetworkPolicies.length + calicoNetworkPolicies.length;
    if (count === 0) return { outcome: "pass", because: "there is no policy of Calico" };
    return {
      outcome: "fail",
      because: `${count} ${count === 1 ? "policy" : "policies"} of Calico will be stored under other names; there is no way back from it`,
      fix: "kubectl get globalnetworkpolicies.crd.projectcalico.org,networkpolicies.crd.projectcalico.org -A -o yaml > policies-before.yaml",
    };
  },
});
