import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Hazard H09 before a node is chosen; kubernetes#90823, #65013. */
export const cordons = clusterRule({
  id: "H09",
  severity: "warning",
  needs: ["kubernetes", "services"],
  check({ kubernetes, services }) {
    if (kubernetes.major > 1 || kubernetes.minor >= 19)
      return {
        outcome: "n/a",
        because: `Kubernetes ${kubernetes.text} leaves cordoned nodes in load balancers`,
      };
    const balanced = services.filter(({ type }) => type === "LoadBalancer");
    if (balanced.length === 0) return { outcome: "pass", because: "no Service is of type LoadBalancer" };
    return {
      outcome: "fail",
      because: `Kubernetes ${kubernetes.text} takes a cordoned node out of the load balancers of ${some(balanced.map(({ namespace, name }) => `${namespace}/${name}`))}`,
      evidence: balanced.map(({ namespace, name, type }) => ({
        object: `Service ${namespace}/${name}`,
        field: "spec.type",
        value: type,
      })),
      fix: "node asks before the cordon; --no-cordon restarts without one",
    };
  },
});
