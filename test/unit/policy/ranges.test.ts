import * as fc from "fast-check";
import { expect, test } from "vitest";
import { has, intersection, rangesOf, union, without, type Ranges } from "../../../src/policy/ranges.ts";

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 });

function setOf(numbers: readonly number[]): Ranges {
  return rangesOf(numbers.toSorted((a, b) => a - b));
}

test("sets of classes are joined, cut and taken apart as sets are: no flow is told that is not there", () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const [left, right] = [setOf(a), setOf(b)];
      const inBoth = a.filter((id) => b.includes(id));
      expect(union(left, right)).toEqual(setOf([...new Set([...a, ...b])]));
      expect(intersection(left, right)).toEqual(setOf(inBoth));
      expect(without(left, right)).toEqual(setOf(a.filter((id) => !b.includes(id))));
      for (let id = 0; id <= 41; id += 1) expect(has(left, id)).toBe(a.includes(id));
    }),
    { numRuns: 500 },
  );
});
