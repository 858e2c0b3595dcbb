/**
 * A set of whole numbers as ascending boundaries: [from, to, from, to, …], `to` not in it. Classes of
 * one namespace lie side by side, so "all of these namespaces" and "everybody but" stay short.
 */
export type Ranges = readonly number[];

export const empty: Ranges = [];

export function range(from: number, to: number): Ranges {
  return from < to ? [from, to] : empty;
}

/** From ascending numbers. */
export function rangesOf(ascending: readonly number[]): Ranges {
  const made: number[] = [];
  for (const id of ascending) {
    if (made.at(-1) === id) made[made.length - 1] = id + 1;
    else if (made.length === 0 || id >= (made.at(-1) ?? 0)) made.push(id, id + 1);
  }
  return made;
}

export function union(left: Ranges, right: Ranges): Ranges {
  if (left.length === 0 || left === right) return right;
  return right.length === 0 ? left : combined(left, right, (a, b) => a || b);
}

export function intersection(left: Ranges, right: Ranges): Ranges {
  if (left === right) return left;
  return left.length === 0 || right.length === 0 ? empty : combined(left, right, (a, b) => a && b);
}

export function without(left: Ranges, right: Ranges): Ranges {
  if (left === right) return empty;
  return left.length === 0 || right.length === 0 ? left : combined(left, right, (a, b) => a && !b);
}

/** Of many at once: the cost is that of sorting their boundaries. */
export function unionOf(sets: readonly Ranges[]): Ranges {
  if (sets.length <= 2) return union(sets[0] ?? empty, sets[1] ?? empty);
  const half = Math.floor(sets.length / 2);
  return union(unionOf(sets.slice(0, half)), unionOf(sets.slice(half)));
}

export function has(set: Ranges, id: number): boolean {
  // The number of boundaries at or below it is odd inside a range.
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle] ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

export function same(left: Ranges, right: Ranges): boolean {
  return left === right || (left.length === right.length && left.every((edge, at) => edge === right[at]));
}

export function size(set: Ranges): number {
  let count = 0;
  for (let at = 0; at < set.length; at += 2) count += (set[at + 1] ?? 0) - (set[at] ?? 0);
  return count;
}

export function* idsIn(set: Ranges): Generator<number> {
  for (let at = 0; at < set.length; at += 2) {
    for (let id = set[at] ?? 0; id < (set[at + 1] ?? 0); id += 1) yield id;
  }
}

function combined(left: Ranges, right: Ranges, keep: (a: boolean, b: boolean) => boolean): Ranges {
  const made: number[] = [];
  let l = 0;
  let r = 0;
  let inside = false;
  while (l < left.length || r < right.length) {
    const at = Math.min(left[l] ?? Infinity, right[r] ?? Infinity);
    if (left[l] === at) l += 1;
    if (right[r] === at) r += 1;
    const now = keep(l % 2 === 1, r % 2 === 1);
    if (now !== inside) {
      made.push(at);
      inside = now;
    }
  }
  return made;
}
