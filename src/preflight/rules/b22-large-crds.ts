import { span } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B22. kubectl refuses loudly and changes nothing: a warning. */
export const largeCrds = clusterRule({
  id: "B22",
  severity: "warning",
  when: { to: span("v3.25.0"), datastore: "kubernetes" },
  needs: ["crds"],
  check({ crds }) {
    const marked = crds.filter(({ lastApplied }) => lastApplied);
    if (marked.length === 0) return { outcome: "pass", because: "no CRD of Calico was applied client-side" };
    return {
      outcome: "fail",
      because: `kubectl apply keeps a copy in an annotation of at most 262144 bytes, which CRDs of the target exceed; applied that way before: ${some(marked.map(({ name }) => name))}`,
      evidence: marked.map(({ name }) => ({
        object: `CustomResourceDefinition ${name}`,
        field: "metadata.annotations",
        value: "kubectl.kubernetes.io/last-applied-configuration",
      })),
      fix: "kubectl apply --server-side --force-conflicts -f FILE for the CRDs",
    };
  },
});
