import type { NodeRecord } from "../../model/node-record.ts";
import type { Millis } from "../../model/time.ts";

/** How long the nodes of a run were without a Ready calico-node. */
export interface Gaps {
  /** Nodes whose gap is known. */
  readonly count: number;
  readonly min: Millis;
  readonly p50: Millis;
  readonly p95: Millis;
  readonly max: Millis;
  /** Nodes with more than the budget; absent: there is none. */
  readonly over?: number;
  readonly buckets: readonly Bucket[];
}

/** Gaps from `from` on, less than `to`. */
export interface Bucket {
  readonly from: Millis;
  readonly to: Millis;
  readonly count: number;
}

/** Until Ready; where nobody saw that, until the container ran. */
export function gapIn({ notReady, down }: NodeRecord): Millis | undefined {
  return notReady ?? down;
}

const mostBuckets = 15;
const widths: readonly Millis[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600].map(
  (seconds) => seconds * 1000,
);

/** Undefined: no gap is known. Percentiles are gaps that were (nearest rank). */
export function gapsOf(records: readonly NodeRecord[], budget: Millis | undefined): Gaps | undefined {
  const gaps = records.flatMap((record) => gapIn(record) ?? []).toSorted((a, b) => a - b);
  const rank = (share: number): Millis => gaps[Math.max(Math.ceil(share * gaps.length) - 1, 0)] ?? 0;
  const max = gaps.at(-1);
  if (max === undefined) return undefined;
  return {
    count: gaps.length,
    min: rank(0),
    p50: rank(0.5),
    p95: rank(0.95),
    max,
    ...(budget === undefined ? {} : { over: gaps.filter((gap) => gap > budget).length }),
    buckets: bucketsOf(gaps, max),
  };
}

function bucketsOf(gaps: readonly Millis[], max: Millis): readonly Bucket[] {
  const fits = widths.find((each) => max / each < mostBuckets);
  const width = fits ?? Math.ceil((max + 1) / mostBuckets);
  const counts = Array.from({ length: Math.floor(max / width) + 1 }, () => 0);
  for (const gap of gaps) {
    const at = Math.floor(gap / width);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  // What lies before the first of them says nothing.
  const first = counts.findIndex((count) => count > 0);
  return counts.map((count, at) => ({ from: at * width, to: (at + 1) * width, count })).slice(first);
}
