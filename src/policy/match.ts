import { contains, parseAddress } from "../model/cidr.ts";
import type { EndpointFacts } from "../model/endpoint.ts";
import { selects } from "../model/label-selector.ts";
import type { NetworkPolicyFacts, Peer, NetworkPolicyRule, PortMatch } from "../model/network-policy.ts";
import type { Truth } from "../model/reading.ts";
import type { End, Flow, PolicyCluster } from "./cluster.ts";
import type { Enforcement } from "./enforcement.ts";

/**
 * The clauses that both semantics share, one flow at a time, after the comments of NetworkPolicy in
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/.
 */

/** Which of a policy's rules may allow a flow, and who is on its other side. */
export interface PolicyDirection {
  readonly rules: "ingress" | "egress";
  readonly other: "from" | "to";
}

/** "If this field is empty … the NetworkPolicy does not allow any traffic"; else rules are alternatives. */
export function policyAllows(
  policy: NetworkPolicyFacts,
  flow: Flow,
  { rules, other }: PolicyDirection,
  cluster: PolicyCluster,
  ipBlock: Enforcement["ipBlock"],
): Truth {
  return anyOf(
    policy[rules].map((rule) => ruleAllows(rule, policy.namespace, flow, flow[other], cluster, ipBlock)),
  );
}

/** "… only if the traffic matches both ports and from": an empty list of either restricts nothing. */
function ruleAllows(
  { ports, peers }: NetworkPolicyRule,
  namespace: string,
  flow: Flow,
  other: End,
  cluster: PolicyCluster,
  ipBlock: Enforcement["ipBlock"],
): Truth {
  if (ports.length > 0 && !ports.some((port) => portMatches(port, flow))) return false;
  if (peers.length === 0) return true;
  if (other.kind === "address") return anyBlockHolds(peers, other.address, ipBlock);
  const { pod } = other;
  if (peers.some((peer) => peer.kind !== "block" && selectsPod(peer, namespace, pod, cluster))) return true;
  if (!peers.some(({ kind }) => kind === "block")) return false;
  if (ipBlock !== "its addresses") return ipBlock === "everybody";
  // Each address is a way of its own. Where they differ there is no one answer for the pod, nor is there
  // for a pod that has no address yet: it will have one that nobody knows.
  const ways = new Set(pod.addresses.map((address) => anyBlockHolds(peers, address, ipBlock)));
  const [way = "unknown"] = ways;
  return ways.size === 1 ? way : "unknown";
}

/** Without port: "all port names and numbers". A name is one of the pod that is reached. */
function portMatches({ protocol, port, end }: PortMatch, flow: Flow): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return flow.port >= port && flow.port <= (end ?? port);
  if (flow.to.kind === "address") return false;
  return flow.to.pod.namedPorts.some(
    (named) => named.name === port && named.protocol === protocol && named.port === flow.port,
  );
}

function anyBlockHolds(peers: readonly Peer[], text: string, ipBlock: Enforcement["ipBlock"]): Truth {
  const blocks = peers.filter((peer) => peer.kind === "block");
  // Selectors select pods, never addresses outside the cluster.
  if (blocks.length === 0 || ipBlock === "nobody") return false;
  if (ipBlock === "everybody") return true;
  const address = parseAddress(text);
  if (address === undefined) return "unknown";
  return blocks.some(
    ({ cidr, except }) => contains(cidr, address) && !except.some((block) => contains(block, address)),
  );
}

function selectsPod(
  peer: Exclude<Peer, { kind: "block" }>,
  namespace: string,
  pod: EndpointFacts,
  cluster: PolicyCluster,
): boolean {
  if (!selects(peer.pods, pod.labels)) return false;
  // "podSelector: … in the policy's own namespace"; with namespaceSelector in those that it selects.
  if (peer.namespaces === undefined) return pod.namespace === namespace;
  const labels = cluster.namespaces.find(({ name }) => name === pod.namespace)?.labels;
  return labels !== undefined && selects(peer.namespaces, labels);
}

export function anyOf(truths: readonly Truth[]): Truth {
  return truths.includes(true) ? true : truths.includes("unknown") ? "unknown" : false;
}

export function allOf(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes("unknown") ? "unknown" : true;
}
