import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B29. What somebody's own files say is not in the cluster: marks on objects are. */
export const gitOps = clusterRule({
  id: "B29",
  severity: "warning",
  page: {
    title: "no GitOps tool prunes CRDs or policies of Calico",
    why: "From v3.30 on a policy of the default tier is found only under the exact name that it was created with. The operator's manifest no longer holds the CRDs: a GitOps tool may prune them, and with them every object.",
    detected: "marks of GitOps tools on Calico's CRDs and policies",
    fix: "Suspend the GitOps tool for Calico's objects during the upgrade, and look at its next diff.",
    releases: "up to v3.29 → v3.30 and newer",
    sources: [notes("v3.30.0")],
  },
  when: { crosses: "v3.30.0" },
  needs: ["crds", "globalNetworkPolicies", "calicoNetworkPolicies"],
  check({ crds, globalNetworkPolicies, calicoNetworkPolicies }) {
    const policies = [
      ...globalNetworkPolicies.map((policy) => ({
        kind: "GlobalNetworkPolicy",
        ...policy,
      })),
      ...calicoNetworkPolicies.map((policy) => ({
        kind: "NetworkPolicy",
        ...policy,
      })),
    ];
    const kept = [...crds.map((crd) => ({ kind: "CustomResourceDefinition", ...crd })), ...policies].flatMap(
      (each) =>
        each.keptBy === undefined ? [] : [{ object: `${each.kind} ${nameOf(each)}`, by: each.keptBy }],
    );
    if (kept.length === 0)
      return { outcome: "pass", because: "no GitOps tool marks Calico's CRDs or policies" };
    return {
      outcome: "fail",
      because: `kept by ${[...new Set(kept.map(({ by }) => by))].join(", ")}, which may prune or rename them: ${some(kept.map(({ object }) => object))}`,
      evidence: kept.map(({ object, by }) => ({ object, field: "metadata", value: by })),
      fix: "turn pruning off for them before the upgrade; write policies of the default tier under the name that they were created with",
    };
  },
});
