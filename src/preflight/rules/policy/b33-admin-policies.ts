import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B33. */
export const adminPolicies = clusterRule({
  id: "B33",
  severity: "error",
  page: {
    title: "no AdminNetworkPolicy counts on being enforced",
    why: "v3.32 enforces neither AdminNetworkPolicy nor BaselineAdminNetworkPolicy: what they deny is allowed from then on.",
    detected: "AdminNetworkPolicies and BaselineAdminNetworkPolicies",
    fix: "Rewrite those that are named as ClusterNetworkPolicies or as policies of Calico, or delete them, before the upgrade.",
    releases: "up to v3.31 → v3.32 and newer",
    sources: [notes("v3.32.0")],
  },
  when: { crosses: "v3.32.0" },
  needs: ["adminNetworkPolicies", "baselineAdminNetworkPolicies"],
  steps: ["node", "apply"],
  check({ adminNetworkPolicies, baselineAdminNetworkPolicies }) {
    const all = [
      ...adminNetworkPolicies.map(({ name }) => `AdminNetworkPolicy ${name}`),
      ...baselineAdminNetworkPolicies.map(({ name }) => `BaselineAdminNetworkPolicy ${name}`),
    ];
    if (all.length === 0) return { outcome: "pass", because: "there is none" };
    return {
      outcome: "fail",
      because: `v3.32 and newer enforce none of ${some(all)}`,
      evidence: all.map((object) => ({ object, field: "metadata.name", value: object.split(" ")[1] ?? "" })),
      fix: "rewrite them as ClusterNetworkPolicies, then delete them",
      commands: ["kubectl delete adminnetworkpolicies,baselineadminnetworkpolicies NAME"],
    };
  },
});
