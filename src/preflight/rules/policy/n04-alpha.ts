import { alphaIsolationAnnotation } from "../../../model/namespace.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 2.1: no Calico from v1.6 on reads it. */
export const alphaAnnotation = clusterRule({
  id: "N04",
  severity: "info",
  page: {
    title: "no namespace counts on the alpha annotation",
    why: "No Calico from v1.6 on reads net.alpha.kubernetes.io/network-isolation: a namespace that carries it is not closed by it.",
    detected: "the annotation net.alpha.kubernetes.io/network-isolation of every namespace",
    fix: "Remove the annotation, and close the namespace by a policy where that was meant.",
    releases: "v1.6 and newer",
    sources: ["policy controller v0.1.3, which read it last (calico/kube-controllers, constants.py)"],
  },
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
      fix: "remove the annotation",
      commands: [sh`kubectl annotate namespace NAME ${alphaIsolationAnnotation}-`],
    };
  },
});
