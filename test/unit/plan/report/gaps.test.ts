import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { NodeRecord } from "../../../../src/model/node-record.ts";
import { gapsOf } from "../../../../src/plan/report/gaps.ts";
import { phasesOf } from "../../../../src/plan/report/phases.ts";

const record = (notReady: number): NodeRecord => ({ run: "ds/2", began: 0, ended: 0, notReady });

test("percentiles are gaps that were, every node is in exactly one bucket, and never more than 15 buckets", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 400 }),
      fc.nat(200_000),
      (all, budget) => {
        const gaps = gapsOf(all.map(record), budget);
        if (gaps === undefined) throw new Error("no gaps");
        const { min, p50, p95, max, over, buckets, count } = gaps;
        expect([count, min, max]).toEqual([all.length, Math.min(...all), Math.max(...all)]);
        for (const each of [p50, p95]) expect(all).toContain(each);
        expect(min <= p50 && p50 <= p95 && p95 <= max).toBe(true);
        expect(over).toBe(all.filter((gap) => gap > budget).length);
        expect(buckets.length).toBeLessThanOrEqual(15);
        expect(buckets.map(({ from, to }) => all.filter((gap) => gap >= from && gap < to).length)).toEqual(
          buckets.map((bucket) => bucket.count),
        );
        expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(all.length);
      },
    ),
  );
});

test("no known gap is no distribution", () => {
  expect(gapsOf([{ run: "ds/2", began: 0, ended: 5_000 }], 90_000)).toBeUndefined();
});

test("the phases of a node follow one another from its begin to its end, whatever was not seen", () => {
  const at = fc.option(fc.nat(100_000), { nil: undefined });
  fc.assert(
    fc.property(fc.nat(100_000), at, at, at, (ended, deleted, ready, notReady) => {
      const given = JSON.parse(
        JSON.stringify({ run: "ds/2", began: 0, ended, deleted, ready, notReady }),
      ) as NodeRecord;
      const phases = phasesOf(given);
      for (const [index, phase] of phases.entries()) {
        expect(phase.to).toBeGreaterThan(phase.from);
        if (index > 0) expect(phase.from).toBe(phases[index - 1]?.to);
      }
      if (ready === undefined) expect(phases.some(({ kind }) => kind === "gap")).toBe(false);
    }),
  );
});
