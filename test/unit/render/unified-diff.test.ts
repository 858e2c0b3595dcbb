import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unifiedDiff } from "../../../src/render/unified-diff.ts";

/** Windows has neither diff nor patch. */
function has(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** diff ends with 1 where there is a difference. */
function said(program: string, args: readonly string[], input = ""): string {
  return spawnSync(program, args, { input, encoding: "utf8" }).stdout;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "calico-upgrade-diff-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = fc
  .array(fc.constantFrom("a: 1", "b: 2", "c: 3", "  d: 4", "", "e: 5"), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

test("equal texts have no difference", () => {
  fc.assert(fc.property(text, (one) => unifiedDiff(one, one) === ""));
});

test.skipIf(!has("patch"))("patch makes the new text of the old one, whatever they are", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const file = join(folder, "a");
      writeFileSync(file, before);
      const input = `--- a\n+++ a\n${unifiedDiff(before, after)}`;
      expect(said("patch", ["-s", "-o", "-", file], input)).toBe(after);
    }),
    { numRuns: 60 },
  );
});

test.skipIf(!has("diff"))("as diff -u prints it: three lines around, hunks that touch are one", () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${String(index)}\n`).join("");
  const after = before.replace("line 4\n", "changed\n").replace("line 20\n", "");
  writeFileSync(join(folder, "before"), before);
  writeFileSync(join(folder, "after"), after);
  const expected = said("diff", ["-u", join(folder, "before"), join(folder, "after")])
    .split("\n")
    .slice(2)
    .join("\n");
  expect(unifiedDiff(before, after)).toBe(expected);
});
