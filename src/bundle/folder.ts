import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkDirectory, makeDirectory, syncDirectory } from "./files.ts";

/** Where a run keeps what it saves: `<root>/<UID>/<run>`. */
export interface RunPlaces {
  readonly home: string;
  readonly directory: string;
}

/** `20261130T030016Z-node-e31ea2`. */
export function runName(started: string, command: string, ending = randomBytes(3).toString("hex")): string {
  return `${started.replaceAll(/[-:]/g, "")}-${command}-${ending}`;
}

export function placesOf(root: string, uid: string, name: string): RunPlaces {
  const home = join(root, plainName(uid));
  return { home, directory: join(home, name) };
}

/** Makes the folder, for its owner alone, and fills it; where that fails, it is removed again. */
export async function makeRunFolder(
  root: string,
  { home, directory }: RunPlaces,
  fill: () => Promise<void>,
): Promise<void> {
  await makeDirectory(root);
  await checkDirectory(root, false);
  await makeDirectory(home);
  await checkDirectory(home, true);
  // A name that is there already is not ours.
  await mkdir(directory, { mode: 0o700 });
  try {
    await syncDirectory(home);
    await fill();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** A UID as it is; what a server may call one must not lead out of the directory. */
function plainName(uid: string): string {
  return uid.replaceAll(/[^A-Za-z0-9-]/g, "_");
}
