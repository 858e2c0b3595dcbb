import { notes } from "../../../releases/citations.ts";
import type { NetworkPolicyFacts } from "../../../model/network-policy.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 2.5, case 10, and src/policy/enforcement.ts: from v2.6 on they count. */
export const egress = clusterRule({
  id: "N07",
  severity: "warning",
  page: {
    title: "egress rules and ipBlocks are wanted as they begin to count",
    why: "From v2.6 on Calico enforces egress rules and the addresses of an ipBlock. Before, egress was not looked at, and an ipBlock stood for nobody (etcd) or for everybody (Kubernetes datastore).",
    detected: "NetworkPolicies with egress, policyTypes or ipBlock",
    fix: "migrate-policy --what-if --to=VERSION shows the flows that change. Change the policies that you do not want to behave so before the upgrade.",
    releases: "before v2.6.0 → v2.6.0 and newer",
    sources: [notes("v2.6.0")],
  },
  when: { crosses: "v2.6.0" },
  needs: ["networkPolicies"],
  check({ networkPolicies }) {
    const found = networkPolicies.flatMap((policy) => {
      const field = beginsToCount(policy);
      return field === undefined ? [] : [{ policy, field }];
    });
    if (found.length === 0) return { outcome: "pass", because: "no NetworkPolicy has egress or an ipBlock" };
    return {
      outcome: "fail",
      because: `v2.6 and newer begin to enforce egress or ipBlocks of ${some(found.map(({ policy }) => nameOf(policy)))}`,
      evidence: found.map(({ policy, field }) => ({
        object: `NetworkPolicy ${nameOf(policy)}`,
        field,
        value: "set",
      })),
      fix: "see which flows change",
      commands: ["kubectl calico-upgrade migrate-policy --what-if --to=VERSION"],
    };
  },
});

function beginsToCount({ types, ingress, egress: rules }: NetworkPolicyFacts): string | undefined {
  if (types.egress || rules.length > 0) return "spec.egress";
  if (!types.ingress) return "spec.policyTypes";
  return ingress.some(({ peers }) => peers.some(({ kind }) => kind === "block"))
    ? "spec.ingress.from.ipBlock"
    : undefined;
}
