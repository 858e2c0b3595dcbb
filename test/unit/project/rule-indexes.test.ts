import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ruleIndexes } from "../../../scripts/rules/indexes.ts";

const root = join(import.meta.dirname, "../../..");
const made = ruleIndexes(root);

test.each(Object.keys(made))(
  "%s lists every rule file, so that none is written and never asked (else: node scripts/write-checks.ts)",
  (path) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(made[path]);
  },
);
