import { clusterRule } from "../cluster-rule.ts";

/** Hazard H07, told by the version; a command asks the server's OpenAPI document as well. */
export const dryRun = clusterRule({
  id: "H07",
  severity: "info",
  needs: ["kubernetes"],
  check({ kubernetes }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 13)
      return { outcome: "pass", because: `Kubernetes ${kubernetes.text} knows dry runs` };
    return {
      outcome: "fail",
      because: `Kubernetes ${kubernetes.text} would persist what it is sent as a dry run: none is sent`,
      evidence: [{ object: "the API server", field: "gitVersion", value: kubernetes.text }],
      fix: "--dry-run=client shows what is to be written",
    };
  },
});
