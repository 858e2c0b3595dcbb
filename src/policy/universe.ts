import { parseAddress, type Cidr } from "../model/cidr.ts";
import type { EndpointFacts } from "../model/endpoint.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { addressTree, type AddressTree } from "./addresses.ts";
import type { PolicyCluster } from "./cluster.ts";
import { peerSets, type PeerSets } from "./peer-sets.ts";
import { sortPods, type SortedPods } from "./pod-classes.ts";
import { range, rangesOf, union, type Ranges } from "./ranges.ts";
import { makeSelectors } from "./selector-index.ts";
import { watchingSelectors } from "./watching-selectors.ts";

/** A cluster as classes: pods first, namespace by namespace, then addresses. All sets are of these numbers. */
export interface Universe extends Pick<SortedPods, "namespaces" | "classes" | "classOf"> {
  readonly addresses: AddressTree;
  readonly policies: readonly NetworkPolicyFacts[];
  readonly everybody: Ranges;
  readonly pods: Ranges;
  /** Policies of a namespace that are not understood. */
  readonly unreadableIn: (namespace: number) => readonly number[];
  readonly peers: PeerSets;
  /** Classes with a port of this name, by its number. */
  readonly named: (port: string, protocol: string) => ReadonlyMap<number, Ranges>;
}

/**
 * Sorts pods, addresses and ports into classes. The policies are all that any of the compared states
 * has, so that one universe serves them all. Time: pods × the labels they carry + classes × the
 * policies that select them.
 */
export function makeUniverse(cluster: PolicyCluster): Universe {
  const { namespaces, pods, policies } = cluster;
  const selectors = makeSelectors();
  const watching = watchingSelectors(namespaces, policies, selectors);
  const addresses = treeOf(policies, pods);
  const sorted = sortPods(cluster, { selectors, watching, addresses });
  const base = sorted.classes.length;
  const podSet = range(0, base);
  const outside = rangesOf(
    [...Array(addresses.count).keys()].filter((id) => addresses.exists(id)).map((id) => base + id),
  );
  const everybody = union(podSet, outside);
  const unreadable = Map.groupBy(
    [...policies.keys()].filter((at) => policies[at]?.unreadable !== undefined),
    (at) => policies[at]?.namespace ?? "",
  );
  return {
    namespaces: sorted.namespaces,
    classes: sorted.classes,
    classOf: sorted.classOf,
    addresses,
    policies,
    everybody,
    pods: podSet,
    unreadableIn: (namespace) => unreadable.get(namespaces[namespace]?.name ?? "") ?? [],
    named: (port, protocol) =>
      new Map(
        [...(sorted.withPort.get(`${protocol}/${port}`) ?? [])].map(([number, ids]) => [
          number,
          rangesOf([...new Set(ids)]),
        ]),
      ),
    peers: peerSets({ sorted, selectors, watching, addresses, outside, everybody }),
  };
}

/** All blocks that any rule names, and the families that the cluster uses. */
function treeOf(policies: readonly NetworkPolicyFacts[], pods: readonly EndpointFacts[]): AddressTree {
  const cidrs: Cidr[] = [];
  for (const { ingress, egress } of policies) {
    for (const peer of [...ingress, ...egress].flatMap(({ peers }) => peers)) {
      if (peer.kind === "block") cidrs.push(peer.cidr, ...peer.except);
    }
  }
  const families = new Set(cidrs.map(({ family }) => family));
  for (const pod of pods) {
    if (families.size === 2) break;
    for (const address of pod.addresses) {
      const family = parseAddress(address)?.family;
      if (family !== undefined) families.add(family);
    }
  }
  return addressTree(cidrs, families.size === 0 ? new Set([4]) : families);
}
