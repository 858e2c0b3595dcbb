// Writes docs/commands.md and the manual page from the flags and the help of the commands.
//   node scripts/write-docs.ts
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pages } from "./docs/pages.ts";

for (const [path, text] of Object.entries(await pages())) {
  await writeFile(join(import.meta.dirname, "..", path), text);
}
