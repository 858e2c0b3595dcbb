import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { userError } from "../errors.ts";
import { fileError } from "./files.ts";
import { distrustOf } from "./trust.ts";
import { isWord } from "./words.ts";

/** The folders of clusters below `root`, and those that are left out, with the reason. Throws UserError. */
export async function clusterFolders(root: string): Promise<{
  readonly own: readonly string[];
  readonly others: readonly { readonly directory: string; readonly why: string }[];
}> {
  const distrust = await distrustOf(root, true);
  if (distrust !== undefined) throw userError(`cannot use the bundles: ${distrust}`);
  const clusters = await Promise.all(
    (await foldersIn(root)).map(async (directory) => ({ directory, why: await distrustOf(directory) })),
  );
  return {
    own: clusters.filter(({ why }) => why === undefined).map(({ directory }) => directory),
    others: clusters.flatMap(({ directory, why }) =>
      why === undefined ? [] : [{ directory, why: `left out: ${why}` }],
    ),
  };
}

/** Folders that are named as a run names them. */
export async function foldersIn(directory: string): Promise<readonly string[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    // No other name is one of ours; in a shared directory anybody may have chosen it.
    return found
      .filter((each) => each.isDirectory() && isWord("run", each.name))
      .map(({ name }) => join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(error, `cannot list ${directory}`, "name another place with --bundle-dir");
  }
}
