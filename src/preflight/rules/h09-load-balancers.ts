import { nodeRule } from "../node-rule.ts";
import { minorVersion } from "../server-version.ts";
import { some } from "../some.ts";

/** Hazard H09; kubernetes#90823, #65013: the service controller left cordoned nodes in from 1.19 on. */
export const loadBalancers = nodeRule({
  id: "H09",
  severity: "error",
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
      fix: "-y goes on; --no-cordon restarts without a cordon, and new pods may then be put on the node while it has no calico-node",
    };
  },
});
