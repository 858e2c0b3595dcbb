import { userError } from "../errors.ts";
import { planFileOf, type PlanFile } from "../operations/plan/file.ts";
import { seeHelp } from "./arguments.ts";
import { readManifest } from "./read-manifest.ts";

/** Throws for what no plan can be made from; an operator's file is refused when it is known what runs. */
export async function readPlanFile(
  filename: readonly string[],
  readFile: (path: string) => Promise<string>,
  command = "plan",
): Promise<PlanFile | undefined> {
  const [path, ...more] = filename;
  if (path === undefined) return undefined;
  if (more.length > 0)
    throw userError(`${command} takes one -f: the manifest of the target`, seeHelp(command));
  return planFileOf(path, await readManifest(path, readFile, command));
}
