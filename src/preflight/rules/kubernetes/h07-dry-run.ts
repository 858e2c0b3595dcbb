import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H07, told by the version; a command asks the server's OpenAPI document as well. */
export const dryRun = clusterRule({
  id: "H07",
  severity: "info",
  page: {
    title: "the server knows dry runs",
    why: "A server that does not know dryRun persists the write. Before Kubernetes 1.13 no dry run is sent, so what the server would refuse is known only when it is written.",
    detected: "the version of the API server, and dryRun in its OpenAPI document",
    fix: "Look at what is to be written with --dry-run=client.",
    sources: [
      "comment in kubectl's dry-run verifier (k8s.io/cli-runtime)",
      "https://kubernetes.io/blog/2019/01/14/apiserver-dry-run-and-kubectl-diff/",
    ],
  },
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
