import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { indexChecksum } from "../../../src/bundle/check.ts";
import type { BundleIndex } from "../../../src/bundle/format.ts";
import { sha256 } from "../../../src/bundle/write.ts";

/** Writes another index over a bundle's own, with the right checksum: anybody who can edit the file can do that. */
export async function forge(
  directory: string,
  change: (index: BundleIndex) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = join(directory, "index.json");
  const index = JSON.parse(await readFile(path, "utf8")) as BundleIndex;
  const other = { ...index, ...change(index) };
  await writeFile(path, JSON.stringify({ ...other, checksum: indexChecksum(other, sha256) }));
}

/** The same for its first entry. */
export async function forgeEntry(
  directory: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  await forge(directory, ({ entries: [first, ...rest] }) => ({
    entries: [{ ...first, ...fields }, ...rest],
  }));
}
