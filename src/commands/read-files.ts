import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { userError } from "../errors.ts";
import { parseObjects, type ManifestObject } from "../manifest/parse.ts";
import { seeHelp } from "./arguments.ts";
import { readTexts, type FileText } from "./read-manifest.ts";

/**
 * The objects of all files, in the order of the flags; of a directory, its .yaml, .yml and .json files in
 * the order of their names, as kubectl reads it: one with nothing in it is passed over.
 */
export async function readObjects(
  filename: readonly string[],
  recursive: boolean,
  readFile: (path: string) => Promise<string>,
): Promise<readonly ManifestObject[]> {
  return objectsIn(filename, await readFiles(filename, recursive, readFile, "apply"));
}

/** The texts of all files, in the same order. */
export async function readFiles(
  filename: readonly string[],
  recursive: boolean,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly FileText[]> {
  if (filename.length === 0) throw userError("must specify -f FILE", seeHelp(command));
  if (filename.filter((path) => path === "-").length > 1) {
    throw userError("standard input can be read once; -f - was given several times", seeHelp(command));
  }
  const texts: FileText[] = [];
  for (const path of filename) {
    // Standard input and order: one after the other.
    for (const file of await filesOf(path, recursive)) {
      texts.push(...(await readTexts(file, readFile, command)));
    }
  }
  return texts;
}

/** Throws UserError where they hold no object. */
export function objectsIn(
  filename: readonly string[],
  texts: readonly FileText[],
  parse: typeof parseObjects = parseObjects,
): readonly ManifestObject[] {
  const objects = texts.flatMap(({ text, name }) => parse(text, name));
  if (objects.length === 0) {
    throw userError(`no objects in ${filename.map((path) => (path === "-" ? "STDIN" : path)).join(", ")}`);
  }
  return objects;
}

async function filesOf(path: string, recursive: boolean): Promise<readonly string[]> {
  if (path === "-" || !(await isDirectory(path))) return [path];
  const found = await manifestsIn(path, recursive);
  if (found.length === 0) {
    throw userError(
      `error reading [${path}]: recognized file extensions are [.json .yaml .yml]${recursive ? "" : "; -R looks into its folders too"}`,
    );
  }
  return found;
}

async function manifestsIn(directory: string, recursive: boolean): Promise<readonly string[]> {
  const entries = (await readdir(directory, { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (recursive) found.push(...(await manifestsIn(path, recursive)));
    } else if (/\.(json|ya?ml)$/.test(entry.name)) found.push(path);
  }
  return found;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // What cannot be looked at is told when it is read.
    return false;
  }
}
