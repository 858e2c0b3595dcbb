import { array, assert, constantFrom, integer, oneof, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { visible } from "../../../src/model/visible.ts";
import { width } from "../../../src/render/fit.ts";
import { table } from "../../../src/render/table.ts";
import { textTable, wrapped } from "../../../src/render/text-table.ts";

const head = ["STEP", "NAME", "RULES", "WHAT"];
const rows = [
  ["1.1", "expand", "H01", "add CRDs, ServiceAccounts, rights and new ConfigMap keys; take none away"],
  ["1.2", "nodes", "H16,H17,H18", "restart calico-node, one node after the other"],
];

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");
const withoutSpace = (text: string): string => text.replaceAll(/\s+/g, "");

test("at 60 columns what is short stays whole and what is long is wrapped below its head", () => {
  expect(textTable(head, rows, 60)).toBe(
    [
      "STEP   NAME     RULES         WHAT",
      "1.1    expand   H01           add CRDs, ServiceAccounts,",
      "                              rights and new ConfigMap keys;",
      "                              take none away",
      "1.2    nodes    H16,H17,H18   restart calico-node, one node",
      "                              after the other",
      "",
    ].join("\n"),
  );
});

test.each([60, 80, 120, 200])("no line is wider than a terminal of %d columns", (columns) => {
  for (const line of linesOf(textTable(head, rows, columns)))
    expect(width(line)).toBeLessThanOrEqual(columns);
});

test("a terminal too narrow for columns gets a list of each row's fields", () => {
  expect(linesOf(textTable(head, rows, 40)).slice(0, 5)).toEqual([
    "STEP    1.1",
    "NAME    expand",
    "RULES   H01",
    "WHAT    add CRDs, ServiceAccounts,",
    "        rights and new ConfigMap keys;",
  ]);
});

test("a pipe gets a line for each row, as kubectl's", () => {
  expect(textTable(head, rows, undefined)).toBe(table(head, rows));
});

test("a Chinese name takes two places a character, and the next column stays straight", () => {
  expect(
    textTable(
      undefined,
      [
        ["节点", "a"],
        ["node", "b"],
      ],
      80,
    ),
  ).toBe("节点   a\nnode   b\n");
});

test("a path that is too long for its column is broken behind a slash, and nothing of it is lost", () => {
  const path = "/var/lib/calico/a/folder/of/folders/and/more/of/them/file.yaml";
  const text = textTable(["A", "B"], [["x".repeat(20), path]], 50);
  expect(text).not.toContain("…");
  expect(linesOf(text)[1]).toMatch(/\/$/);
  expect(withoutSpace(text)).toContain(path);
});

test("an address behind a label is left in one piece, to be copied", () => {
  const address = "https://www.rfc-editor.org/rfc/rfc4724#section-4.2";
  expect(wrapped("Source:     ", address, 40)).toBe(`Source:     ${address}\n`);
});

test("hostile text makes neither a line nor a column of its own", () => {
  const text = textTable(head, [["1.1", "a\u001B[2J\r\nFORGED", "b\tc", "d\u009B31m\u202E"]], 100);
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(linesOf(text)).toHaveLength(2);
  expect(wrapped("", "one\nFORGED", 80)).toBe("one\\nFORGED\n");
});

test("whatever stands in the cells, no line is too wide, nothing is cut off and nothing commands the terminal", () => {
  const word = oneof(
    string({ unit: "grapheme", maxLength: 40 }),
    constantFrom(
      "节点名字很长很长很长很长很长很长很长",
      "kube-system/calico-node",
      "👩‍👩‍👧",
      "e\u0301",
      "a ".repeat(30),
    ),
  );
  assert(
    property(
      array(tuple(word, word, word), { minLength: 1, maxLength: 6 }),
      integer({ min: 45, max: 200 }),
      (cells, columns) => {
        const text = textTable(undefined, cells, columns);
        for (const line of linesOf(text)) expect(width(line)).toBeLessThanOrEqual(columns);
        expect(visible(text.replaceAll("\n", ""))).toBe(text.replaceAll("\n", ""));
        const shown = new Set(withoutSpace(text));
        for (const cell of cells.flat())
          for (const character of withoutSpace(
            visible(cell.replace(/[\f\n\r].*/s, "").replaceAll(/[\t\v]/g, " ")),
          ))
            expect(shown.has(character)).toBe(true);
      },
    ),
  );
});

test("5,000 rows are drawn at once: time grows with the rows and not with their square", () => {
  const many = Array.from({ length: 5000 }, (_, index) => [`node-${String(index)}`, "a text ".repeat(12)]);
  expect(linesOf(textTable(["NODE", "WHY"], many, 80)).length).toBe(10_001);
});
