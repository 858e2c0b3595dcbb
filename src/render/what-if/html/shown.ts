import { idsIn } from "../../../policy/ranges.ts";
import { placeOf, type WhatIf } from "../../../policy/what-if.ts";

/** What a page shows of a cluster: some namespaces, and of each some classes. */
export interface PageContent {
  readonly spaces: readonly ShownSpace[];
  /** Namespaces with pods that are not among them. */
  readonly left: number;
}

export interface ShownSpace {
  /** Its place in the universe's; undefined: addresses outside the cluster. */
  readonly namespace?: number;
  readonly classes: readonly number[];
  /** Classes that are not shown. */
  readonly left: number;
}

/**
 * Namespaces of which a flow changes come first, those with most changes foremost; then the rest, both in
 * the order of the cluster on the page. Pages grow with the square of the classes, so `most` bounds them.
 */
export function chooseShown(result: WhatIf, most: number, only?: string): PageContent {
  const { universe } = result;
  const { namespaces, classes, addresses } = universe;
  const weight = namespaces.map(() => 0);
  const all = [...result.without, ...result.migrated];
  for (const change of all) {
    const place = placeOf(universe, change);
    weight[place] = (weight[place] ?? 0) + 1;
  }
  const withPods = [...namespaces.keys()].filter((at) => sizeOf(at) > 0);
  const wanted = withPods.toSorted((a, b) => rank(b) - rank(a) || a - b);
  const outside = [...idsIn(universe.everybody)].filter((id) => id >= classes.length);
  // A namespace with very many classes must not hide all others.
  const each = Math.max(4, Math.ceil(most / 4));
  const chosen: number[] = [];
  let room = most - Math.min(outside.length, each);
  for (const at of wanted) {
    const size = Math.min(sizeOf(at), each);
    if (size > room) break;
    chosen.push(at);
    room -= size;
  }
  const spaces = chosen
    .toSorted((a, b) => a - b)
    .map((at): ShownSpace => {
      const { from = 0, to = 0 } = namespaces[at] ?? {};
      const size = Math.min(to - from, each);
      return { namespace: at, classes: numbers(from, from + size), left: to - from - size };
    });
  const named = outside.toSorted((a, b) => rankOfAddress(b) - rankOfAddress(a)).slice(0, each);
  return {
    spaces: [
      ...spaces,
      ...(named.length === 0 ? [] : [{ classes: named, left: outside.length - named.length }]),
    ],
    left: withPods.length - chosen.length,
  };

  function sizeOf(at: number): number {
    const { from = 0, to = 0 } = namespaces[at] ?? {};
    return to - from;
  }

  function rank(at: number): number {
    return namespaces[at]?.name === only ? Infinity : (weight[at] ?? 0);
  }

  /** Everything that no block holds is the address that people think of first. */
  function rankOfAddress(id: number): number {
    return addresses.describe(id - classes.length).cidr === undefined ? 1 : 0;
  }
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
