import { join } from "node:path";
import { linkStatus } from "../../cluster/files.ts";
import { makeFolder } from "../../cluster/make-folder.ts";
import { checkWritable, writeWhole } from "../../cluster/write-whole.ts";
import { userError } from "../../errors.ts";
import { some } from "../../model/words.ts";
import type { OverlayFile } from "../../rebase/kustomize.ts";

/** Writes the files of a kustomization; nothing is written before all of them may be. Throws UserError. */
export async function writeOverlay(
  folder: string,
  files: readonly OverlayFile[],
  force: boolean,
): Promise<void> {
  const twice = files.find(({ name }, index) => files.findIndex((each) => each.name === name) !== index);
  if (twice !== undefined) throw userError(`two objects would be written to ${join(folder, twice.name)}`);
  const there: string[] = [];
  for (const { name } of files)
    if ((await linkStatus(join(folder, name))) !== undefined) there.push(join(folder, name));
  if (there.length > 0 && !force)
    throw userError(`${some(there)} ${there.length === 1 ? "exists" : "exist"}; --force overwrites`);
  try {
    await makeFolder(folder);
    for (const { name } of files) await checkWritable(join(folder, name));
    for (const { name, text } of files) await writeWhole(join(folder, name), text, { mode: 0o666 });
  } catch (error) {
    throw userError(
      `"${folder}" cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
