import type { NodeFacts } from "../../model/node.ts";

/** What may make a release work on one node and fail on another. */
export function classOf({ arch, osImage, kernel, kubelet, runtime, roles }: NodeFacts): string {
  const role = roles.length === 0 ? "worker" : roles.join(",");
  return [arch, osImage, kernel, kubelet, runtime, role].map((each) => each ?? "unknown").join(", ");
}

/** Today's label, and the one before Kubernetes 1.17; empty where there is neither. */
export function zoneOf({ labels }: Pick<NodeFacts, "labels">): string {
  return labels["topology.kubernetes.io/zone"] ?? labels["failure-domain.beta.kubernetes.io/zone"] ?? "";
}
