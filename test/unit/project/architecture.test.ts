import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layers, soles } from "../../../scripts/lint/layers.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

/** The rows between two marks, without the padding that a formatter may add. */
function rows(mark: string): string[] {
  const inside = page.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? "";
  return inside
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.replaceAll(/ *\| */g, "|").trim());
}

const code = (name: string): string => `\`${name}\``;

test("docs/architecture.md shows the table of imports that the linter enforces", () => {
  const row = ({ name, pure, mayImport }: (typeof layers)[number]): string =>
    `|${code(name)}|${pure ? "pure" : "edge"}|${mayImport.map(code).join(", ") || "–"}|`;
  expect(rows("layers")).toEqual(["|layer||may import|", ...layers.map(row)]);
});

test("docs/architecture.md names the one importer of each library as the linter does", () => {
  const row = ({ what, where }: (typeof soles)[number]): string =>
    `|${code(what)}|${where.map((path) => code(`src/${path}`)).join(", ")}|`;
  expect(rows("soles")).toEqual(["|what|where|", ...soles.map(row)]);
});

/** Files of src in which a function is called. */
function callers(name: string): readonly string[] {
  const call = new RegExp(String.raw`(?<!function )\b${name}\(`);
  return globSync("src/**/*.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => call.test(readFileSync(join(root, path), "utf8")))
    .toSorted();
}

test("one way to look at Calico, and one function that chooses its DaemonSet (H20)", () => {
  expect(callers("observe")).toEqual(["src/cluster/facts-reader.ts"]);
  // node follows the DaemonSets that it lists.
  expect(callers("whichDaemonSet")).toEqual(["src/facts/calico.ts", "src/operations/node/choose.ts"]);
});
