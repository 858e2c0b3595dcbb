import { clusterRule } from "../../cluster-rule.ts";
import { boundaryReleases, pendingPolicies } from "../../policy-boundary.ts";
import { some } from "../../some.ts";

/** Calico-facts 2.5, case 4 (an inference from the orders): a warning, and only where a default-deny comes. */
export const nativeEgress = clusterRule({
  id: "N08",
  severity: "warning",
  page: {
    title: "Calico's own egress rules are not lifted by a default-deny",
    why: "Under the old meaning every NetworkPolicy also allows all egress, at order 1000. Where policies of Calico with a higher order limit egress, a default-deny that is created for the migration lifts those limits until the upgrade.",
    detected: "nothing: Calico's policies before the boundary are in etcd, not in the API",
    fix: "calicoctl get policy -o yaml: look for egress rules with an order above 1000 in the namespaces that migrate-policy closes, and upgrade soon after it.",
    releases: `${boundaryReleases}, etcd`,
    sources: ["policy controller v0.6.0 (handlers/network_policy.py)"],
  },
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
