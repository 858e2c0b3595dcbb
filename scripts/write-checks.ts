// Writes what is made of the rules' files: the lists of rules, and docs/checks.md as `explain` prints it.
//   node scripts/write-checks.ts
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ruleIndexes } from "./rules/indexes.ts";

const root = join(import.meta.dirname, "..");
for (const [path, text] of Object.entries(ruleIndexes(root))) await writeFile(join(root, path), text);
// Only now: it is made of what the lists name.
const { checksDocument } = await import("../src/render/explain/text.ts");
await writeFile(join(root, "docs", "checks.md"), checksDocument());
