import { clusterRule } from "../cluster-rule.ts";
import { pendingPolicies } from "../policy-boundary.ts";
import { some } from "../some.ts";

/** Calico-facts 2.5, case 4 (an inference from the orders): a warning, and only where a default-deny comes. */
export const nativeEgress = clusterRule({
  id: "N08",
  severity: "warning",
  when: { changesPolicies: true, datastore: "etcd" },
  needs: ["namespaces", "networkPolicies"],
  check({ namespaces, networkPolicies }) {
    const { toClose } = pendingPolicies(namespaces, networkPolicies);
    if (toClose.length === 0) return { outcome: "pass", because: "no default-deny has to be created" };
    return {
      outcome: "unknown",
      because: `policies of Calico that limit egress are in etcd, not in the API; a default-deny comes to ${some(toClose.map(({ namespace }) => namespace))}`,
      fix: "calicoctl get policy -o yaml: egress rules with an order above 1000 are lifted for pods of these namespaces until the upgrade",
    };
  },
});
