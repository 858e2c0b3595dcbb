import { clusterRule } from "../cluster-rule.ts";
import { nameOf, specSeen } from "../seen.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B16. */
export const order = clusterRule({
  id: "B16",
  severity: "info",
  when: { crosses: "v3.15.0" },
  needs: ["globalNetworkPolicies", "calicoNetworkPolicies"],
  check({ globalNetworkPolicies, calicoNetworkPolicies }) {
    const found = [
      ...globalNetworkPolicies.map((policy) => ({ kind: "GlobalNetworkPolicy", policy })),
      ...calicoNetworkPolicies.map((policy) => ({ kind: "NetworkPolicy", policy })),
    ].filter(
      ({ policy }) => typeof policy.spec["order"] === "number" && !Number.isInteger(policy.spec["order"]),
    );
    if (found.length === 0) return { outcome: "pass", because: "no policy has an order with a fraction" };
    return {
      outcome: "fail",
      because: `orders with a fraction: ${some(found.map(({ policy }) => nameOf(policy)))}`,
      evidence: found.map(({ kind, policy }) => specSeen(kind, policy, "order")),
      fix: "give them whole numbers",
    };
  },
});
