import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isUserError, userError } from "../errors.ts";
import { parseYaml } from "../manifest/yaml.ts";
import type { KubeObject } from "../model/kube.ts";
import { checkIndex } from "./check.ts";
import { fileError, readWhole } from "./files.ts";
import { indexFile, type BundleIndex, type IndexEntry, type SavedState } from "./format.ts";
import { refOf, type BundleEntry } from "./inverse.ts";
import { sha256, hashOf } from "./write.ts";

/** A bundle as it was saved, every checksum looked at. */
export interface Bundle {
  readonly directory: string;
  readonly index: BundleIndex;
  /** In the order in which the run saved them. */
  readonly entries: readonly BundleEntry[];
}

/** Reads a bundle. Throws UserError where anything in it is not what was saved: it is refused whole. */
export async function readBundle(directory: string): Promise<Bundle> {
  const index = await readIndex(directory);
  const entries: BundleEntry[] = [];
  for (const entry of index.entries) {
    const [beforeObject, afterObject] = await Promise.all([
      readState(directory, entry, entry.before),
      readState(directory, entry, entry.after),
    ]);
    entries.push({
      ...entry,
      ref: refOf(entry),
      ...(beforeObject === undefined ? {} : { beforeObject }),
      ...(afterObject === undefined ? {} : { afterObject }),
    });
  }
  return { directory, index, entries };
}

/** What is in a directory of bundles. */
export interface ListedBundle {
  readonly directory: string;
  readonly index?: BundleIndex;
  /** Why it cannot be used. */
  readonly why?: string;
}

/** The bundles of every cluster below `root`, oldest first; only their indexes are read. */
export async function listBundles(root: string): Promise<readonly ListedBundle[]> {
  const clusters = await foldersIn(root);
  const directories = (await Promise.all(clusters.map(foldersIn))).flat();
  const bundles = await Promise.all(
    directories.map(async (directory): Promise<ListedBundle> => {
      try {
        return { directory, index: await readIndex(directory) };
      } catch (error) {
        if (isUserError(error)) return { directory, why: error.message };
        throw error;
      }
    }),
  );
  return bundles.toSorted((a, b) => (basename(a.directory) < basename(b.directory) ? -1 : 1));
}

async function readIndex(directory: string): Promise<BundleIndex> {
  const checked = checkIndex(await readOf(directory, indexFile), sha256);
  if (!checked.ok) throw damaged(directory, checked.why);
  return checked.index;
}

async function readState(
  directory: string,
  entry: IndexEntry,
  state: SavedState | undefined,
): Promise<KubeObject | undefined> {
  if (state?.file === undefined) return undefined;
  const text = await readOf(directory, state.file);
  if (sha256(text) !== state.sha256)
    throw damaged(directory, `${state.file} is not what was saved (checksum)`);
  const object = parseYaml(text) as KubeObject;
  if (object.kind !== entry.kind || object.metadata.name !== entry.name || hashOf(object) !== state.hash)
    throw damaged(directory, `${state.file} is not the ${entry.kind} "${entry.name}" that index.json names`);
  return object;
}

async function readOf(directory: string, file: string): Promise<string> {
  try {
    return await readWhole(join(directory, file));
  } catch (error) {
    throw fileError(error, `cannot read ${join(directory, file)}`, "a bundle is used whole or not at all");
  }
}

function damaged(directory: string, why: string): Error {
  return userError(`the bundle ${directory} cannot be used: ${why}; nothing was done with it`);
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    return found.filter((each) => each.isDirectory()).map(({ name }) => join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(error, `cannot list ${directory}`, "name another place with --bundle-dir");
  }
}
