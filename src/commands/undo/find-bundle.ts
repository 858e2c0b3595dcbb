import { basename, resolve } from "node:path";
import { bundleRoot } from "../../bundle/place.ts";
import { listBundles } from "../../bundle/read.ts";
import { userError } from "../../errors.ts";
import { program } from "../../model/program.ts";

/** The directory of a bundle, given as its path or as the name of its run. */
export async function findBundle(
  given: string,
  bundleDir: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  // The name of a run holds no slash; anything else is a path.
  if (/[/\\]/.test(given) || given === "." || given === "..") return resolve(given);
  const listed = await listBundles(bundleRoot(bundleDir, env));
  const found = listed.find(({ directory }) => basename(directory) === given);
  if (found === undefined) throw userError(`no bundle "${given}"; list them: ${program} undo --list`);
  return found.directory;
}
