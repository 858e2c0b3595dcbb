import { clusterRule } from "../cluster-rule.ts";

/** Hazard H10. */
export const unplaced = clusterRule({
  id: "H10",
  severity: "info",
  needs: ["kubernetes"],
  check({ kubernetes }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 12)
      return { outcome: "pass", because: "a calico-node without room shows as a Pending pod" };
    return {
      outcome: "fail",
      because: `on Kubernetes ${kubernetes.text} a calico-node without room does not exist at all: only an event of the DaemonSet tells`,
      evidence: [{ object: "the API server", field: "gitVersion", value: kubernetes.text }],
      fix: "kubectl describe daemonset, where a node stays without calico-node",
    };
  },
});
