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
  return right.length === 0 ? left : merged(left, right, 1, 1);
}

export function intersection(left: Ranges, right: Ranges): Ranges {
  if (left === right) return left;
  if (apart(left, right)) return empty;
  return merged(left, right, 1, 2);
}

export function without(left: Ranges, right: Ranges): Ranges {
  if (left === right) return empty;
  if (apart(left, right)) return left;
  // In the left and outside the right one: both count.
  return merged(left, right, 0, 2);
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

/** Whether one of them is empty or ends before the other begins; most pairs of a large cluster do. */
function apart(left: Ranges, right: Ranges): boolean {
  if (left.length === 0 || right.length === 0) return true;
  return (left.at(-1) ?? 0) <= (right[0] ?? 0) || (right.at(-1) ?? 0) <= (left[0] ?? 0);
}

/**
 * Both boundary lists in one walk. A number is taken when at least `least` of the two hold for it: that
 * it lies in the left one, and that it lies in (1) or outside (0) the right one. `l` and `r` are odd
 * inside a range, so their last bit says where the walk is.
 */
function merged(left: Ranges, right: Ranges, rightIs: 0 | 1, least: 1 | 2): Ranges {
  const made: number[] = [];
  const [lefts, rights] = [left.length, right.length];
  let l = 0;
  let r = 0;
  let nextLeft = left[0] ?? Infinity;
  let nextRight = right[0] ?? Infinity;
  let inside = false;
  while (l < lefts || r < rights) {
    const at = nextLeft < nextRight ? nextLeft : nextRight;
    if (nextLeft === at) {
      l += 1;
      nextLeft = l < lefts ? (left[l] ?? Infinity) : Infinity;
    }
    if (nextRight === at) {
      r += 1;
      nextRight = r < rights ? (right[r] ?? Infinity) : Infinity;
    }
    const now = (l & 1) + ((r & 1) === rightIs ? 1 : 0) >= least;
    if (now !== inside) {
      made.push(at);
      inside = now;
    }
    // What is left of the other one changes nothing any more.
    if (least === 2 && (l === lefts || (r === rights && rightIs === 1))) break;
  }
  return made;
}
