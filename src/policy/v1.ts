import { selects } from "../model/label-selector.ts";
import type { Truth } from "../model/reading.ts";
import type { End, Flow, PolicyCluster } from "./cluster.ts";
import type { Enforcement } from "./enforcement.ts";
import { allOf, anyOf, policyAllows, type PolicyDirection } from "./match.ts";

/**
 * Whether a flow passes under networking.k8s.io/v1, as far as a release of Calico enforces it. The
 * reference: one clause after the other, for one flow. Quotes are from
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/.
 */
export function v1Allows(flow: Flow, cluster: PolicyCluster, enforcement: Enforcement): Truth {
  // "Both the egress policy on the source pod and the ingress policy on the destination pod need to
  // allow the connection."
  return allOf([
    enforcement.egress
      ? sideAllows(flow, flow.from, { rules: "egress", other: "to" }, cluster, enforcement)
      : true,
    sideAllows(flow, flow.to, { rules: "ingress", other: "from" }, cluster, enforcement),
  ]);
}

function sideAllows(
  flow: Flow,
  own: End,
  side: PolicyDirection,
  cluster: PolicyCluster,
  enforcement: Enforcement,
): Truth {
  // Policies are for pods; what is outside is isolated by none.
  if (own.kind === "address") return true;
  const inNamespace = cluster.policies.filter(({ namespace }) => namespace === own.pod.namespace);
  const unreadable = inNamespace.some((policy) => policy.unreadable !== undefined);
  const selecting = inNamespace.filter(
    (policy) =>
      policy.unreadable === undefined &&
      selects(policy.podSelector, own.pod.labels) &&
      // Before v2.6 Calico read no policyTypes: every policy was for ingress (Enforcement.egress).
      (enforcement.egress ? policy.types[side.rules] : true),
  );

  // "By default, a pod is non-isolated for ingress; all inbound connections are allowed. A pod is
  // isolated for ingress if there is any NetworkPolicy that both selects the pod and has Ingress in its
  // policyTypes." Likewise for egress.
  if (selecting.length === 0) return unreadable ? "unknown" : true;

  // "The effects of those ingress lists combine additively."
  return anyOf([
    ...selecting.map((policy) => policyAllows(policy, flow, side, cluster, enforcement.ipBlock)),
    ...(unreadable ? (["unknown"] as const) : []),
  ]);
}
