import type { Peer } from "../model/network-policy.ts";
import type { AddressTree } from "./addresses.ts";
import type { Enforcement } from "./enforcement.ts";
import { memo, remembered } from "./memo.ts";
import type { SortedPods } from "./pod-classes.ts";
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
import type { Selectors } from "./selector-index.ts";
import type { WatchingSelectors } from "./watching-selectors.ts";

/** Who it surely is, and who it is at most. One set twice, the same object, where all is sure. */
export interface Both {
  readonly sure: Ranges;
  readonly maybe: Ranges;
}

/** Whom the peers of one rule of a policy in this namespace stand for. */
export type PeerSets = (namespace: number, peers: readonly Peer[], ipBlock: Enforcement["ipBlock"]) => Both;

/** `outside`: addresses, numbered behind the classes. */
export function peerSets({
  sorted,
  selectors,
  watching,
  addresses,
  outside,
  everybody,
}: {
  readonly sorted: SortedPods;
  readonly selectors: Selectors;
  readonly watching: WatchingSelectors;
  readonly addresses: AddressTree;
  readonly outside: Ranges;
  readonly everybody: Ranges;
}): PeerSets {
  const { namespaces, classes, selected: classesBySelector, withAddress, withoutAddress } = sorted;
  const selected = memo((id: number): Ranges => rangesOf(classesBySelector.get(id) ?? []));
  const inNamespaces = memo((id: number): Ranges => {
    const found: number[] = [];
    for (const at of idsIn(watching.selectedNamespaces(id))) {
      const { from = 0, to = 0 } = namespaces[at] ?? {};
      if (from === to) continue;
      if (found.at(-1) === from) found[found.length - 1] = to;
      else found.push(from, to);
    }
    return found;
  });
  const noAddress = rangesOf(withoutAddress);
  const blocks = new Map<string, Both>();
  const pairs = new Map<string, Ranges>();

  return (namespace, peers, ipBlock) => {
    // "If this field is empty or missing, this rule matches all sources" (NetworkPolicyIngressRule.from).
    if (peers.length === 0) return both(everybody);
    const blocksOf = peers.filter((peer) => peer.kind === "block");
    const chosen = peers.flatMap((peer) => (peer.kind === "block" ? [] : [selectedBy(namespace, peer)]));
    if (blocksOf.length === 0 || ipBlock === "nobody") return both(unionOf(chosen));
    if (ipBlock === "everybody") return both(everybody);
    const { sure, maybe } = blocked(blocksOf);
    const all = unionOf([...chosen, sure]);
    return sure === maybe ? both(all) : atMost(all, maybe);
  };

  function selectedBy(home: number, peer: Exclude<Peer, { kind: "block" }>): Ranges {
    const from = peer.namespaces === undefined ? undefined : selectors.idOf(peer.namespaces);
    const { from: first = 0, to: end = 0 } = namespaces[home] ?? {};
    const where = from === undefined ? range(first, end) : inNamespaces(from);
    if (peer.pods.length === 0) return where;
    const pod = selectors.idOf(peer.pods);
    return remembered(pairs, `${from ?? `in ${String(home)}`} ${String(pod)}`, () =>
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
      const some = unionOf(ids.map((id) => rangesOf(withAddress.get(id) ?? [])));
      // Pods that have another address elsewhere: one way is open and the other is not.
      const mixed = rangesOf(
        [...idsIn(some)].filter((id) => classes[id]?.addresses.some((each) => !has(numbers, each)) === true),
      );
      const base = classes.length;
      const addressesOutside = rangesOf(ids.map((id) => base + id).filter((id) => has(outside, id)));
      return atMost(union(without(some, mixed), addressesOutside), union(mixed, noAddress));
    });
  }
}

type Block = Extract<Peer, { kind: "block" }>;

function both(set: Ranges): Both {
  return { sure: set, maybe: set };
}

function atMost(sure: Ranges, more: Ranges): Both {
  const maybe = union(sure, more);
  return { sure, maybe: size(maybe) === size(sure) ? sure : maybe };
}
