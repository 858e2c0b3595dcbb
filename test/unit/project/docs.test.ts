import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pages } from "../../../scripts/docs/pages.ts";

const root = join(import.meta.dirname, "../../..");
const made = await pages();

test.each(Object.keys(made))("%s says what --help says (else: node scripts/write-docs.ts)", (path) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(made[path]);
});

test("every flag of every command stands in the command reference", () => {
  const text = made["docs/commands.md"] ?? "";
  for (const flag of ["--output", "--sort-by", "--label-columns", "--dry-run", "--kubeconfig"])
    expect(text).toContain(`\`${flag}=`);
});
