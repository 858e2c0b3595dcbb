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
    "commands/apply/tell.ts",
    "commands/configmap/tell.ts",
    "commands/controller/tell.ts",
    "commands/migrate-data/tell.ts",
    "commands/migrate-policy/tell.ts",
    "commands/node/tell.ts",
    "commands/undo/tell.ts",
    "flags/next-command.ts",
  ]);
});
