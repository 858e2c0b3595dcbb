import { expect, test } from "vitest";
import { humanDuration } from "../../../src/render/duration.ts";
import { table } from "../../../src/render/table.ts";

// Pairs from kubectl's own printer (k8s.io/apimachinery duration.HumanDuration).
test.each([
  [-2000, "<invalid>"],
  [-1000, "0s"],
  [0, "0s"],
  [119_000, "119s"],
  [120_000, "2m"],
  [125_000, "2m5s"],
  [600_000, "10m"],
  [10_799_000, "179m"],
  [10_800_000, "3h"],
  [12_000_000, "3h20m"],
  [28_800_000, "8h"],
  [172_799_000, "47h"],
  [172_800_000, "2d"],
  [190_800_000, "2d5h"],
  [691_200_000, "8d"],
  [59_443_200_000, "688d"],
  [63_072_000_000, "2y"],
  [72_576_000_000, "2y110d"],
  [283_824_000_000, "9y"],
])("an age of %d ms reads %s, as in kubectl's AGE column", (millis, text) => {
  expect(humanDuration(millis)).toBe(text);
});

test("columns are three spaces apart, without lines and without trailing spaces", () => {
  expect(
    table(
      ["NAME", "STATUS", "NOTE"],
      [
        ["a", "Ready", ""],
        ["longer", "x", "why"],
      ],
    ),
  ).toBe("NAME     STATUS   NOTE\na        Ready\nlonger   x        why\n");
});

test("a cell ends at its first line break and shows an escape as ^[, so that no server text moves the cursor", () => {
  expect(table(undefined, [["a\nb", "\u001B[2J"]])).toBe("a...   ^[[2J\n");
});

test("rows printed later keep the columns of the rows before", () => {
  expect(table(undefined, [["a", "b"]], [10, 1])).toBe("a            b\n");
});

test("a long table has the same columns from its first to its last row", () => {
  const rows = Array.from({ length: 250 }, (_, index) => [
    `node-${index}`,
    index === 240 ? "x".repeat(30) : "Ready",
    "end",
  ]);
  const lines = table(["NODE", "STATUS", "NOTE"], rows).trimEnd().split("\n");
  expect(lines).toHaveLength(251);
  expect(new Set(lines.slice(1).map((line) => line.indexOf("end")))).toEqual(new Set([8 + 3 + 30 + 3]));
});

test("a wide character counts as one place, and a column has three at least, as in kubectl's tables", () => {
  expect(
    table(undefined, [
      ["名前😀", "1", "x"],
      ["ab", "2", "y"],
    ]),
  ).toBe("名前😀   1     x\nab    2     y\n");
});
