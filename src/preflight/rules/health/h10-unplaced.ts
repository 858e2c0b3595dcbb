import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H10. */
export const unplaced = clusterRule({
  id: "H10",
  severity: "info",
  page: {
    title: "a calico-node that cannot be placed shows as a Pending pod",
    why: "Up to Kubernetes 1.11 the DaemonSet controller places pods itself: one without room does not exist, and only an event of the DaemonSet tells.",
    detected: "the version of the API server",
    fix: "Look for FailedPlacement in the events where a node stays without calico-node.",
    commands: ["kubectl describe daemonset -n NAMESPACE NAME"],
    sources: ["https://github.com/kubernetes/enhancements/issues/548"],
  },
  needs: ["kubernetes"],
  check({ kubernetes }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 12)
      return { outcome: "pass", because: "a calico-node without room shows as a Pending pod" };
    return {
      outcome: "fail",
      because: `on Kubernetes ${kubernetes.text} a calico-node without room does not exist at all: only an event of the DaemonSet tells`,
      evidence: [{ object: "the API server", field: "gitVersion", value: kubernetes.text }],
      fix: "look at the events where a node stays without calico-node",
      commands: ["kubectl describe daemonset -n NAMESPACE NAME"],
    };
  },
});
