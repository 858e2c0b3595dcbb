import { seed } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundaryReleases, pendingPolicies } from "../../policy-boundary.ts";
import { nameOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 2.4, step 1. P02 is what stops. */
export const toDelete = clusterRule({
  id: "N03",
  severity: "warning",
  page: {
    title: "no policy that did nothing begins to block",
    why: "In a namespace without DefaultDeny policies had no effect. After the boundary each of them closes the pods that it selects for everything that it does not allow.",
    detected: "NetworkPolicies in namespaces without the annotation",
    fix: "Migrate the policies, with etcd before the controller, with the Kubernetes datastore before the first node. Add --keep=NAMESPACE/NAME for those that are to take effect.",
    commands: ["kubectl calico-upgrade migrate-policy"],
    releases: boundaryReleases,
    sources: [seed, "https://github.com/kubernetes/kubernetes/pull/39164"],
  },
  when: { changesPolicies: true },
  needs: ["namespaces", "networkPolicies"],
  check({ namespaces, networkPolicies }) {
    const { toDelete: inert } = pendingPolicies(namespaces, networkPolicies);
    if (inert.length === 0)
      return {
        outcome: "pass",
        because: "no namespace without DefaultDeny has a policy that nobody decided about",
      };
    return {
      outcome: "fail",
      because: `without effect now, and blocking after the boundary: ${some(inert.map(nameOf))}`,
      evidence: inert.map((policy) => ({
        object: `NetworkPolicy ${nameOf(policy)}`,
        field: "metadata.name",
        value: policy.name,
      })),
      fix: "migrate the policies, which saves and deletes them; --keep=NAMESPACE/NAME lets one take effect",
      commands: ["kubectl calico-upgrade migrate-policy"],
    };
  },
});
