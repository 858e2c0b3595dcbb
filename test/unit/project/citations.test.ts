/** What a source file cites is in the clone: a reader of it has nothing else. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const sources = execFileSync("git", ["ls-files", "-z", "src", "scripts", "test", "bench"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((path) => path.endsWith(".ts") && !path.endsWith("citations.test.ts"));

const sections = new Set(
  [...read("docs/calico-facts.md").matchAll(/^#+ (\d+(?:\.\d+)?)[. ]/gm)].map(([, number = ""]) => number),
);

test("a fact that a source file cites by number stands in docs/calico-facts.md under that number", () => {
  const cited = sources.flatMap((path) =>
    [...read(path).matchAll(/calico-facts(?:\.md)?,? (\d+(?:\.\d+)?)/g)].map(([, number = ""]) => ({
      path,
      number,
    })),
  );
  expect(cited.length).toBeGreaterThan(30);
  expect(cited.filter(({ number }) => !sections.has(number))).toEqual([]);
});

test("no source file cites a document that the repository does not have", () => {
  const elsewhere =
    /\b(DESIGN section|DESIGN\.md|kubectl-behaviour|upgrade-procedure|hazards\.md|voice\.md|manifest-facts)\b/;
  expect(sources.filter((path) => path.endsWith(".ts") && elsewhere.test(read(path)))).toEqual([]);
});
