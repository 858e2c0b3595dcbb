import { contains, formatCidr, parseAddress, type Cidr } from "../model/cidr.ts";
import { range, type Ranges } from "./ranges.ts";

/**
 * The address space as far as ipBlocks tell it apart. CIDRs lie in each other or apart, so they make a
 * tree; two addresses are alike when the same CIDR is the smallest that holds them. Numbered from the
 * root down, everything inside a CIDR is one range. 0 is every address that no CIDR holds.
 */
export interface AddressTree {
  readonly count: number;
  /** Addresses in these blocks: numbers of this tree. */
  readonly inside: (cidr: Cidr) => Ranges;
  /** The number that an address falls under; undefined when it is no address. */
  readonly find: (address: string) => number | undefined;
  /** `10.0.0.0/8`, and the CIDRs in it that are numbers of their own. */
  readonly describe: (id: number) => { readonly cidr?: string; readonly except: readonly string[] };
  /** Whether any address has this number: the CIDRs inside may leave nothing. */
  readonly exists: (id: number) => boolean;
}

interface Node {
  readonly cidr: Cidr;
  readonly children: number[];
  /** Behind the last number inside it. */
  end: number;
}

/** `families`: those that the cluster uses; the rest of the space is not spoken about. */
export function addressTree(cidrs: readonly Cidr[], families: ReadonlySet<4 | 6>): AddressTree {
  const byText = new Map(cidrs.map((cidr) => [formatCidr(cidr), cidr]));
  const sorted = [...byText.values()].toSorted(
    (a, b) =>
      a.family - b.family || (a.network < b.network ? -1 : a.network > b.network ? 1 : a.prefix - b.prefix),
  );
  const nodes: Node[] = [];
  const tops: number[] = [];
  const ids = new Map<string, number>();
  const open: number[] = [];
  for (const cidr of sorted) {
    while (open.length > 0 && !contains(nodeAt(open.at(-1)).cidr, cidr)) open.pop();
    const id = nodes.length + 1;
    const parent = open.at(-1);
    (parent === undefined ? tops : nodeAt(parent).children).push(id);
    nodes.push({ cidr, children: [], end: id + 1 });
    for (const above of open) nodeAt(above).end = id + 1;
    ids.set(formatCidr(cidr), id);
    open.push(id);
  }

  function nodeAt(id: number | undefined): Node {
    const node = nodes[(id ?? 0) - 1];
    if (node === undefined) throw new Error(`no CIDR has the number ${String(id)}`);
    return node;
  }

  return {
    count: nodes.length + 1,
    inside(cidr) {
      const id = ids.get(formatCidr(cidr));
      if (id === undefined) throw new Error(`${formatCidr(cidr)} is not in the tree`);
      return range(id, nodeAt(id).end);
    },
    find(text) {
      const address = parseAddress(text);
      if (address === undefined) return undefined;
      let id = 0;
      let candidates: readonly number[] = tops;
      for (;;) {
        // Side by side and ascending: the last that does not begin behind the address may hold it.
        const next = lastBefore(candidates, address);
        if (next === undefined || !contains(nodeAt(next).cidr, address)) return id;
        id = next;
        candidates = nodeAt(id).children;
      }
    },
    describe(id) {
      if (id === 0) return { except: tops.map((top) => formatCidr(nodeAt(top).cidr)) };
      const { cidr, children } = nodeAt(id);
      return { cidr: formatCidr(cidr), except: children.map((child) => formatCidr(nodeAt(child).cidr)) };
    },
    exists(id) {
      if (id > 0) return sizeOf(nodeAt(id).children) < spaceOf(nodeAt(id).cidr);
      return [...families].some(
        (family) => sizeOf(tops.filter((top) => nodeAt(top).cidr.family === family)) < wholeSpace(family),
      );
    },
  };

  function lastBefore(candidates: readonly number[], address: Cidr): number | undefined {
    let low = 0;
    let high = candidates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { cidr } = nodeAt(candidates[middle]);
      const before =
        cidr.family < address.family || (cidr.family === address.family && cidr.network <= address.network);
      if (before) low = middle + 1;
      else high = middle;
    }
    return candidates[low - 1];
  }

  function sizeOf(of: readonly number[]): bigint {
    return of.reduce((sum, id) => sum + spaceOf(nodeAt(id).cidr), 0n);
  }
}

function spaceOf({ family, prefix }: Cidr): bigint {
  return 1n << BigInt((family === 4 ? 32 : 128) - prefix);
}

function wholeSpace(family: 4 | 6): bigint {
  return 1n << (family === 4 ? 32n : 128n);
}
