// Writes docs/checks.md from the pages that `explain` prints.
//   node scripts/write-checks.ts
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checksDocument } from "../src/render/explain/text.ts";

await writeFile(join(import.meta.dirname, "..", "docs", "checks.md"), checksDocument());
