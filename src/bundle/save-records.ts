import { join } from "node:path";
import { formatTime, type Millis } from "../model/time.ts";
import { fileError, writeNew } from "./files.ts";
import { makeRunFolder, placesOf, runName } from "./folder.ts";
import { recordsFile } from "./format.ts";

/** Keeps the records of a run that has no bundle, in a folder of its own. Throws UserError. */
export async function saveRecords(
  root: string,
  { daemonSet, command, now }: { readonly daemonSet: string; readonly command: string; readonly now: Millis },
  text: string,
): Promise<void> {
  const places = placesOf(root, daemonSet, runName(formatTime(now), command));
  try {
    await makeRunFolder(root, places, async () => await writeNew(join(places.directory, recordsFile), text));
  } catch (error) {
    throw fileError(
      error,
      `cannot save to ${places.directory}`,
      "each node keeps its own record until its next restart",
    );
  }
}
