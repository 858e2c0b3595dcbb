import { selects } from "../model/label-selector.ts";
import type { Truth } from "../model/reading.ts";
import type { Flow, PolicyCluster } from "./cluster.ts";
import { blocksBefore26 } from "./enforcement.ts";
import type { Driver } from "./isolation.ts";
import { anyOf, policyAllows } from "./match.ts";

/**
 * Whether a flow passes under the semantics of Calico before v2.3 (Kubernetes datastore) and v2.4
 * (etcd). The reference: one clause after the other, for one flow. Source: calico-facts 2.2.
 */
export function legacyAllows(flow: Flow, cluster: PolicyCluster, driver: Driver): Truth {
  const { to } = flow;
  // Both drivers give every namespace "outbound allow" and read no egress rules.
  if (to.kind === "address") return true;

  // Each NetworkPolicy is a policy of order 1000 with allow rules only, so it can only add.
  const policies = cluster.policies.filter(({ namespace }) => namespace === to.pod.namespace);
  const ingress = { rules: "ingress", other: "from" } as const;
  const allowed = anyOf(
    policies
      .filter(
        ({ podSelector, unreadable }) => unreadable !== undefined || selects(podSelector, to.pod.labels),
      )
      .map((policy) =>
        policy.unreadable === undefined
          ? // policyTypes came later and was not read.
            policyAllows(policy, flow, ingress, cluster, blocksBefore26(driver))
          : "unknown",
      ),
  );

  // What no rule allowed goes on to the namespace: etcd by the catch-all k8s-policy-no-match to the
  // profile k8s_ns.NS, Kubernetes by the policy ns.projectcalico.org/NS behind them. Either denies in
  // a namespace with DefaultDeny and allows in every other one.
  switch (cluster.isolation.get(to.pod.namespace) ?? "open") {
    case "open":
      return true;
    case "isolated":
      return allowed;
    case "unclear":
      return allowed === true ? true : "unknown";
  }
}
