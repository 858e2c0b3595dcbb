import { readdirSync } from "node:fs";
import { join } from "node:path";

const src = join(import.meta.dirname, "../../../src");

/** The ids of all rules and pages, by the names of their files. */
export function ruleFileIds(): readonly string[] {
  const folders = ["preflight/rules", "releases/paths", "releases/faults", "releases/limits"];
  const names = folders.flatMap((folder) => readdirSync(join(src, folder), { recursive: true }) as string[]);
  const ids = names.flatMap((name) => /(?:^|\/)([a-z]\d\d)-[^/]*\.ts$/.exec(name)?.[1]?.toUpperCase() ?? []);
  return [...new Set(ids)].toSorted();
}
