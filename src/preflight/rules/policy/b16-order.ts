import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf, specSeen } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B16. */
export const order = clusterRule({
  id: "B16",
  severity: "info",
  page: {
    title: "orders of policies are whole numbers",
    why: "From v3.15 on an order should be a whole number.",
    detected: "order of Calico's policies; with etcd they are not in the API",
    fix: "Give the policies that are named whole numbers.",
    releases: "up to v3.14 → v3.15 and newer",
    sources: [notes("v3.15.0")],
  },
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
