import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { kubeVersions } from "../../cluster/binaries/recipes.ts";
import { filePairs, manifests } from "../../e2e/support/manifest-pairs.ts";
import { tableFile, tableHead } from "../../e2e/support/pairs-table.ts";

const here = existsSync(manifests);
if (!here) {
  console.warn(`LEFT OUT: whether the tables of apply have every pair, because ${manifests} is not there`);
}
const pairs = filePairs();

/** Going through all of them takes an hour (`scripts/test --all`): what was seen is committed. */
describe.each(kubeVersions)("what apply leaves beside kubectl apply, on Kubernetes %s", (kubeVersion) => {
  const lines = readFileSync(tableFile(kubeVersion), "utf8").trimEnd().split("\n");
  const head = lines.findIndex((line) => line.startsWith("| ---")) + 1;
  const rows = lines.slice(head).map((line) => line.split("|").map((cell) => cell.trim()));

  test("the table's words are those of today's comparison", () => {
    expect(lines.slice(0, head)).toEqual(tableHead(kubeVersion, rows.length));
  });

  test("no pair differs", () => {
    expect(rows.filter((cells) => cells.includes("DIFFERS"))).toEqual([]);
  });

  test.skipIf(!here)("no pair of upstream's manifests is missing, and none is there that is not one", () => {
    const wanted = pairs.filter(({ server }) => server === kubeVersion).map(({ name }) => name);
    expect(rows.map(([, name]) => name)).toEqual(wanted);
  });
});

test.skipIf(!here)("each pair has a server that takes it", () => {
  expect(pairs.filter(({ server }) => server === undefined).map(({ name }) => name)).toEqual([]);
});
