import { parseAddress, type Cidr } from "../model/cidr.ts";
import type { EndpointFacts, NamedPort } from "../model/endpoint.ts";
import { selects, type Labels, type LabelSelector } from "../model/label-selector.ts";
import type { NetworkPolicyFacts, Peer } from "../model/network-policy.ts";
import { addressTree, type AddressTree } from "./addresses.ts";
import type { PolicyCluster } from "./cluster.ts";
import type { Enforcement } from "./enforcement.ts";
import {
  has,
  idsIn,
  intersection,
  range,
  rangesOf,
  size,
  union,
  unionOf,
  without,
  type Ranges,
} from "./ranges.ts";
import { makeSelectors, selectorIndex, type SelectorIndex } from "./selector-index.ts";

/** Pods of one namespace that no policy can tell apart. */
export interface PodClass {
  readonly id: number;
  readonly namespace: number;
  /** How many pods, and one of their names. */
  pods: number;
  readonly example: string;
  /** What its pods have in common of the labels that selectors look at. */
  labels: Labels;
  /** Their numbers in the tree of addresses: several in a dual-stack cluster, none as long as there are none. */
  readonly addresses: readonly number[];
  /** Of the names that policies mention. */
  readonly namedPorts: readonly NamedPort[];
  /** Policies of its namespace that select it, by their place in `policies`. */
  readonly selectedBy: readonly number[];
}

/** A cluster as classes: pods first, namespace by namespace, then addresses. All sets are of these numbers. */
export interface Universe {
  readonly namespaces: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly classes: readonly PodClass[];
  /** The class of each pod, in the order of the cluster's pods; -1 where its namespace is not known. */
  readonly classOf: readonly number[];
  readonly addresses: AddressTree;
  readonly policies: readonly NetworkPolicyFacts[];
  readonly everybody: Ranges;
  readonly pods: Ranges;
  /** Policies of a namespace that are not understood. */
  readonly unreadableIn: (namespace: number) => readonly number[];
  /** Whom the peers of one rule of a policy stand for: surely, and at most. */
  readonly peers: (policy: number, peers: readonly Peer[], ipBlock: Enforcement["ipBlock"]) => Both;
  /** Classes with a port of this name, by its number. */
  readonly named: (port: string, protocol: string) => ReadonlyMap<number, Ranges>;
}

export interface Both {
  readonly sure: Ranges;
  readonly maybe: Ranges;
}

/**
 * Sorts pods, addresses and ports into classes. The policies are all that any of the compared states
 * has, so that one universe serves them all. Time: pods × the labels they carry + classes × the
 * policies that select them.
 */
export function makeUniverse({ namespaces, pods, policies }: PolicyCluster): Universe {
  const selectors = makeSelectors();
  const indexOf = new Map(namespaces.map(({ name }, at) => [name, at]));
  const byNamespace = Map.groupBy(policies.keys(), (at) => indexOf.get(policies[at]?.namespace ?? "") ?? -1);
  const rules = policies.map(({ ingress, egress }) => [...ingress, ...egress]);
  const addresses = makeTree(
    rules.flat().flatMap(({ peers }) => peers),
    pods,
  );
  const mentioned = new Set(
    rules
      .flat()
      .flatMap(({ ports }) => ports.flatMap(({ port }) => (typeof port === "string" ? [port] : []))),
  );

  // Namespaces that a namespaceSelector selects, as places in `namespaces`.
  const namespaceIndex = invertedLabels(namespaces.map(({ labels }) => labels));
  const selectedNamespaces = memo((id: number) => namespaceIndex(selectors.at(id)));

  // Which selectors look at the pods of a namespace: its own policies', and those that come with a
  // namespaceSelector that selects it, one index for each such selector.
  const own = namespaces.map(() => selectorIndex(selectors));
  const foreign = new Map<number, SelectorIndex>();
  for (const [at, policy] of policies.entries()) {
    const home = own[indexOf.get(policy.namespace) ?? -1];
    if (home === undefined) continue;
    home.add(selectors.idOf(policy.podSelector));
    for (const peer of (rules[at] ?? []).flatMap(({ peers }) => peers)) {
      if (peer.kind === "block" || peer.pods.length === 0) continue;
      const pod = selectors.idOf(peer.pods);
      if (peer.namespaces === undefined) {
        home.add(pod);
        continue;
      }
      const from = selectors.idOf(peer.namespaces);
      const index = foreign.get(from) ?? selectorIndex(selectors);
      foreign.set(from, index);
      index.add(pod);
    }
  }
  const visiting: SelectorIndex[][] = namespaces.map(() => []);
  for (const [from, index] of foreign) {
    for (const at of idsIn(selectedNamespaces(from))) visiting[at]?.push(index);
  }

  const podsOf = Map.groupBy(pods.keys(), (at) => indexOf.get(pods[at]?.namespace ?? "") ?? -1);
  const classOf = pods.map(() => -1);
  const classes: PodClass[] = [];
  const bySelector = new Map<number, number[]>();
  const byAddress = new Map<number, number[]>();
  const withoutAddress: number[] = [];
  const byPort = new Map<string, Map<number, number[]>>();
  const ranges = namespaces.map(({ name }, at) => {
    const from = classes.length;
    const indexes = [own[at], ...(visiting[at] ?? [])].filter((index) => index !== undefined);
    const keys = new Set(indexes.flatMap((index) => [...index.keys]));
    const bySelection = Map.groupBy(byNamespace.get(at) ?? [], (policy) =>
      selectors.idOf(policies[policy]?.podSelector ?? []),
    );
    const found = new Map<string, PodClass>();
    for (const place of podsOf.get(at) ?? []) {
      const pod = pods[place];
      if (pod === undefined) continue;
      const matched =
        indexes.length === 1
          ? (indexes[0]?.matching(pod.labels) ?? [])
          : [...new Set(indexes.flatMap((index) => index.matching(pod.labels)))];
      const ids = matched.toSorted((a, b) => a - b);
      const namedPorts = pod.namedPorts.filter((port) => mentioned.has(port.name));
      const places = pod.addresses.flatMap((text) => addresses.find(text) ?? []);
      const own = [...new Set(places)].toSorted((a, b) => a - b);
      const key = `${ids.join(",")}|${own.join(",")}|${namedPorts
        .map((port) => `${port.name}/${port.protocol}/${port.port}`)
        .sort()
        .join()}`;
      const known = found.get(key);
      classOf[place] = known?.id ?? classes.length;
      if (known !== undefined) {
        known.pods += 1;
        known.labels = commonLabels(known.labels, pod.labels);
        continue;
      }
      const made: PodClass = {
        id: classes.length,
        namespace: at,
        pods: 1,
        example: pod.name,
        labels: Object.fromEntries(Object.entries(pod.labels).filter(([label]) => keys.has(label))),
        addresses: own,
        namedPorts,
        selectedBy: ids
          .flatMap((id) => bySelection.get(id) ?? [])
          .filter((policy) => policies[policy]?.unreadable === undefined)
          .toSorted((a, b) => a - b),
      };
      found.set(key, made);
      classes.push(made);
      for (const id of ids) push(bySelector, id, made.id);
      if (own.length === 0) withoutAddress.push(made.id);
      for (const address of own) push(byAddress, address, made.id);
      for (const { name: port, protocol, port: number } of namedPorts) {
        const numbers = byPort.get(`${protocol}/${port}`) ?? new Map<number, number[]>();
        byPort.set(`${protocol}/${port}`, numbers);
        push(numbers, number, made.id);
      }
    }
    return { name, from, to: classes.length };
  });

  const base = classes.length;
  const podSet = range(0, base);
  const outside = rangesOf(
    [...Array(addresses.count).keys()].filter((id) => addresses.exists(id)).map((id) => base + id),
  );
  const everybody = union(podSet, outside);
  const selected = memo((id: number): Ranges => rangesOf(bySelector.get(id) ?? []));
  const inNamespaces = memo((id: number): Ranges => {
    const found: number[] = [];
    for (const at of idsIn(selectedNamespaces(id))) {
      const { from = 0, to = 0 } = ranges[at] ?? {};
      if (from === to) continue;
      if (found.at(-1) === from) found[found.length - 1] = to;
      else found.push(from, to);
    }
    return found;
  });
  const noAddress = rangesOf(withoutAddress);
  const unreadable = Map.groupBy(
    [...policies.keys()].filter((at) => policies[at]?.unreadable !== undefined),
    (at) => indexOf.get(policies[at]?.namespace ?? "") ?? -1,
  );
  const blocks = new Map<string, Both>();
  const pairs = new Map<string, Ranges>();

  return {
    namespaces: ranges,
    classes,
    classOf,
    addresses,
    policies,
    everybody,
    pods: podSet,
    unreadableIn: (namespace) => unreadable.get(namespace) ?? [],
    named: (port, protocol) =>
      new Map(
        [...(byPort.get(`${protocol}/${port}`) ?? [])].map(([number, ids]) => [
          number,
          rangesOf([...new Set(ids)]),
        ]),
      ),
    peers(policy, peers, ipBlock) {
      const blocksOf = peers.filter((peer) => peer.kind === "block");
      const chosen = peers.flatMap((peer) => (peer.kind === "block" ? [] : [selectedBy(policy, peer)]));
      if (blocksOf.length === 0) return both(unionOf(chosen));
      if (ipBlock === "everybody") return both(everybody);
      if (ipBlock === "nobody") return both(unionOf(chosen));
      const { sure, maybe } = blocked(blocksOf);
      const all = unionOf([...chosen, sure]);
      return sure === maybe ? both(all) : atMost(all, maybe);
    },
  };

  function selectedBy(policy: number, peer: Exclude<Peer, { kind: "block" }>): Ranges {
    const from = peer.namespaces === undefined ? undefined : selectors.idOf(peer.namespaces);
    const home = ranges[indexOf.get(policies[policy]?.namespace ?? "") ?? -1];
    const where = from === undefined ? range(home?.from ?? 0, home?.to ?? 0) : inNamespaces(from);
    if (peer.pods.length === 0) return where;
    const pod = selectors.idOf(peer.pods);
    return remembered(pairs, `${from ?? `in ${home?.name ?? ""}`} ${pod}`, () =>
      intersection(selected(pod), where),
    );
  }

  /** The blocks of one rule together: `10.0.0.0/8` and `fd00::/8` hold both addresses of a pod. */
  function blocked(peers: readonly Block[]): Both {
    const key = JSON.stringify(
      peers.map(({ cidr, except }) =>
        [cidr, ...except].map(({ family, network, prefix }) => [family, String(network), prefix]),
      ),
    );
    return remembered(blocks, key, () => {
      const numbers = unionOf(
        peers.map(({ cidr, except }) =>
          without(addresses.inside(cidr), unionOf(except.map((each) => addresses.inside(each)))),
        ),
      );
      const ids = [...idsIn(numbers)];
      const some = unionOf(ids.map((id) => rangesOf(byAddress.get(id) ?? [])));
      // Pods that have another address elsewhere: one way is open and the other is not.
      const mixed = rangesOf(
        [...idsIn(some)].filter((id) => classes[id]?.addresses.some((each) => !has(numbers, each)) === true),
      );
      const addressesOutside = rangesOf(ids.map((id) => base + id).filter((id) => has(outside, id)));
      return atMost(union(without(some, mixed), addressesOutside), union(mixed, noAddress));
    });
  }
}

type Block = Extract<Peer, { kind: "block" }>;

/** One set twice, the same object, where all is sure. */
function atMost(sure: Ranges, more: Ranges): Both {
  const maybe = union(sure, more);
  return { sure, maybe: size(maybe) === size(sure) ? sure : maybe };
}

function makeTree(peers: readonly Peer[], pods: readonly EndpointFacts[]): AddressTree {
  const cidrs: Cidr[] = [];
  for (const peer of peers) if (peer.kind === "block") cidrs.push(peer.cidr, ...peer.except);
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

/** Answers which of these objects a selector selects, by the pairs of label and value that they carry. */
function invertedLabels(labels: readonly Labels[]): (selector: LabelSelector) => Ranges {
  const byPair = new Map<string, number[]>();
  for (const [at, own] of labels.entries()) {
    for (const [key, value] of Object.entries(own)) push(byPair, `${key}=${value}`, at);
  }
  return (selector) => {
    const required = selector.find(({ operator }) => operator === "In");
    const candidates =
      required === undefined
        ? [...labels.keys()]
        : [...new Set(required.values)].flatMap((value) => byPair.get(`${required.key}=${value}`) ?? []);
    const found = candidates.filter((at) => selects(selector, labels[at] ?? {}));
    return rangesOf(found.toSorted((a, b) => a - b));
  };
}

function commonLabels(left: Labels, right: Labels): Labels {
  const keys = Object.keys(left);
  if (keys.every((key) => right[key] === left[key])) return left;
  return Object.fromEntries(
    keys.filter((key) => right[key] === left[key]).map((key) => [key, left[key] ?? ""]),
  );
}

function both(set: Ranges): Both {
  return { sure: set, maybe: set };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [value]);
  else found.push(value);
}

function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function memo<T>(make: (id: number) => T): (id: number) => T {
  const known = new Map<number, T>();
  return (id) => {
    const found = known.get(id) ?? make(id);
    known.set(id, found);
    return found;
  };
}
