import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "../../../src");
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map(({ parentPath, name }) => join(parentPath, name));
const holding = (text: RegExp): readonly string[] =>
  files
    .filter((file) => text.test(readFileSync(file, "utf8")))
    .map((file) => relative(src, file))
    .toSorted();

test("how a run is taken back is said in one place, so that no command forgets the flags of its cluster", () => {
  expect(holding(/to undo: |program\} undo \$|"undo", (own|bundle|directory)/)).toEqual([
    "flags/next-command.ts",
  ]);
  // Every command that opens a bundle, and undo, which has its own.
  expect(holding(/\bsavedLine\(/)).toEqual([
    "commands/apply/report.ts",
    "commands/configmap/report.ts",
    "commands/controller/report.ts",
    "commands/migrate-data/report.ts",
    "commands/migrate-policy/report.ts",
    "commands/node/detach.ts",
    "commands/node/report.ts",
    "commands/undo/report.ts",
    "flags/next-command.ts",
  ]);
});
