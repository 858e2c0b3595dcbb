import { issue } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/**
 * Calico-facts 4.3, B22. kubectl refuses loudly and changes nothing: a warning. The largest CRD in a hosted
 * manifest has 57 kB (v3.32).
 */
export const largeCrds = clusterRule({
  id: "B22",
  severity: "warning",
  page: {
    title: "the operator's CRDs are not applied client-side",
    why: "kubectl apply keeps a copy of the object in an annotation, which may have 262144 bytes. The operator's CRDs have outgrown that: client-side apply refuses them, and they stay old. Those of the hosted manifests are small enough; M17 measures the objects of a file.",
    detected: "who runs Calico, and CRDs that carry kubectl's last-applied annotation",
    fix: "Apply the CRDs with server-side apply (v3.25's page: with replace).",
    commands: ["kubectl apply --server-side --force-conflicts -f FILE"],
    releases: "operator, target v3.25 and newer",
    sources: [
      "upgrade pages of v3.25 and newer",
      "https://github.com/tigera/operator/issues/2295",
      issue(7826),
    ],
  },
  when: { to: span("v3.25.0"), operator: true },
  needs: ["crds"],
  check({ crds }) {
    const marked = crds.filter(({ lastApplied }) => lastApplied);
    if (marked.length === 0) return { outcome: "pass", because: "no CRD of Calico was applied client-side" };
    return {
      outcome: "fail",
      because: `kubectl apply keeps a copy in an annotation of at most 262144 bytes, which the operator's CRDs exceed; applied that way before: ${some(marked.map(({ name }) => name))}`,
      evidence: marked.map(({ name }) => ({
        object: `CustomResourceDefinition ${name}`,
        field: "metadata.annotations",
        value: "kubectl.kubernetes.io/last-applied-configuration",
      })),
      fix: "apply the CRDs with server-side apply",
      commands: ["kubectl apply --server-side --force-conflicts -f FILE"],
    };
  },
});
