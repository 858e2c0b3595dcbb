import { alphaIsolationAnnotation } from "../../model/namespace.ts";
import { span } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Calico-facts 2.1: no Calico from v1.6 on reads it. */
export const alphaAnnotation = clusterRule({
  id: "N04",
  severity: "info",
  when: { from: span("v1.6.0") },
  needs: ["namespaces"],
  check({ namespaces }) {
    const found = namespaces.filter(({ alphaAnnotation: text }) => text !== undefined);
    if (found.length === 0) return { outcome: "pass", because: "no namespace carries it" };
    return {
      outcome: "fail",
      because: `it closes none of ${some(found.map(({ name }) => name))}`,
      evidence: found.map(({ name, alphaAnnotation: text = "" }) => ({
        object: `Namespace ${name}`,
        field: `metadata.annotations[${alphaIsolationAnnotation}]`,
        value: text,
      })),
      fix: `kubectl annotate namespace NAME ${alphaIsolationAnnotation}-`,
    };
  },
});
