import type { RulePage } from "../../../model/rule-page.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nodeRule } from "../../node-rule.ts";
import { minorVersion } from "../../server-version.ts";
import { some } from "../../some.ts";

const page: RulePage = {
  title: "a cordon takes the node out of no cloud load balancer",
  why: "up to Kubernetes 1.18 the service controller takes unschedulable nodes out of cloud load balancers",
  override: "-y, or --no-cordon to restart without a cordon",
  detected: "the version of the API server, and Services of type LoadBalancer",
  fix: "Take the node out of the load balancers with care, or restart with --no-cordon.",
  sources: [
    "https://github.com/kubernetes/kubernetes/issues/90823",
    "https://github.com/kubernetes/kubernetes/issues/65013",
  ],
};

/** Hazard H09 before a node is chosen; kubernetes#90823, #65013. */
export const cordons = clusterRule({
  id: "H09",
  severity: "warning",
  page,
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

/** Hazard H09; kubernetes#90823, #65013: the service controller left cordoned nodes in from 1.19 on. */
export const loadBalancers = nodeRule({
  id: "H09",
  severity: "error",
  page,
  rank: 5,
  needs: ["serverVersion", "loadBalancers"],
  check({ serverVersion, loadBalancers: services }, { noCordon }) {
    if (minorVersion(serverVersion) >= 19) {
      return {
        outcome: "n/a",
        because: `Kubernetes ${serverVersion} leaves cordoned nodes in load balancers`,
      };
    }
    if (noCordon) return { outcome: "n/a", because: "--no-cordon: the node stays schedulable" };
    if (services.length === 0) return { outcome: "pass", because: "no Service of type LoadBalancer" };
    return {
      outcome: "fail",
      because: `Kubernetes ${serverVersion} takes a cordoned node out of the load balancers of ${some(services)}`,
      fix: "-y continues; --no-cordon restarts without a cordon, and new pods may then be put on the node while it has no calico-node",
    };
  },
});
