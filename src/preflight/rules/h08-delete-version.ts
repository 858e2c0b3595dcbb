import { clusterRule } from "../cluster-rule.ts";

/** Hazard H08. */
export const deleteVersion = clusterRule({
  id: "H08",
  severity: "info",
  needs: ["kubernetes"],
  steps: ["migrate-policy"],
  check({ kubernetes }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 14)
      return {
        outcome: "pass",
        because: `Kubernetes ${kubernetes.text} looks at the version that a delete names`,
      };
    return {
      outcome: "fail",
      because: `Kubernetes ${kubernetes.text} deletes a policy also when somebody has changed it a moment before`,
      evidence: [{ object: "the API server", field: "gitVersion", value: kubernetes.text }],
      fix: "let nobody else change policies while migrate-policy runs",
    };
  },
});
