import { clusterRule } from "../../cluster-rule.ts";
import { pendingPolicies } from "../../policy-boundary.ts";

/** Hazard H08, of the policies that migrate-policy is to delete. */
export const deleteVersion = clusterRule({
  id: "H08",
  severity: "warning",
  page: {
    title: "a delete can name the version that was looked at",
    why: "resourceVersion as a precondition of DELETE exists from Kubernetes 1.14 on; older servers ignore it, so a policy that somebody changes in that moment is deleted in its new form.",
    detected: "the version of the API server, where migrate-policy has policies to delete",
    fix: "Let nobody else change policies while migrate-policy runs.",
    sources: ["https://github.com/kubernetes/kubernetes/pull/74040"],
  },
  when: { changesPolicies: true },
  needs: ["kubernetes", "namespaces", "networkPolicies"],
  steps: ["migrate-policy"],
  check({ kubernetes, namespaces, networkPolicies }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 14)
      return {
        outcome: "pass",
        because: `Kubernetes ${kubernetes.text} looks at the version that a delete names`,
      };
    const { unclear, toDelete } = pendingPolicies(namespaces, networkPolicies);
    // Whoever decides about an unclear namespace may have its policies deleted.
    if (toDelete.length === 0 && unclear.length === 0)
      return { outcome: "n/a", because: "no policy is to be deleted" };
    return {
      outcome: "fail",
      because: `Kubernetes ${kubernetes.text} does not check what it deletes: each policy is read and compared right before, and what somebody changes in the moment between is lost`,
      evidence: [{ object: "the API server", field: "gitVersion", value: kubernetes.text }],
      fix: "let nobody else change policies while migrate-policy runs",
    };
  },
});
