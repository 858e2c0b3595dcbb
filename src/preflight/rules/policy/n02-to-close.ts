import { notes, seed } from "../../../releases/citations.ts";
import { isolationAnnotation } from "../../../model/namespace.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundaryReleases, pendingPolicies } from "../../policy-boundary.ts";
import { some } from "../../some.ts";

/** Calico-facts 2.4, step 2. P02 is what stops. */
export const toClose = clusterRule({
  id: "N02",
  severity: "warning",
  page: {
    title: "every namespace with DefaultDeny has a policy that closes it",
    why: "After the boundary the annotation means nothing: pods that no policy selects are open.",
    detected: "namespaces with the annotation, and policies that select every pod and allow nothing",
    fix: "Migrate the policies, with etcd before the controller, with the Kubernetes datastore before the first node.",
    commands: ["kubectl calico-upgrade migrate-policy"],
    releases: boundaryReleases,
    sources: [seed, notes("v2.3.0")],
  },
  when: { changesPolicies: true },
  needs: ["namespaces", "networkPolicies"],
  check({ namespaces, networkPolicies }) {
    const { toClose: open } = pendingPolicies(namespaces, networkPolicies);
    if (open.length === 0)
      return { outcome: "pass", because: "every namespace with DefaultDeny has a policy that closes it" };
    return {
      outcome: "fail",
      because: `closed by DefaultDeny now, and open after the boundary: ${some(open.map(({ namespace }) => namespace))}`,
      evidence: open.map(({ namespace }) => ({
        object: `Namespace ${namespace}`,
        field: `metadata.annotations[${isolationAnnotation}]`,
        value: "DefaultDeny",
      })),
      fix: "migrate the policies, which creates a policy that selects every pod and allows nothing",
      commands: ["kubectl calico-upgrade migrate-policy"],
    };
  },
});
