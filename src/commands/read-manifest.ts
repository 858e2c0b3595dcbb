import { expandPattern } from "../cluster/expand-pattern.ts";
import { isUserError, userError } from "../errors.ts";
import type { ManifestObject } from "../manifest/parse.ts";
import { quoted, sh } from "../model/shell.ts";

/**
 * The objects of one -f: a file, standard input, or what a pattern in quotes matches, as kubectl expands it. `command`
 * is named where a directory is given. Throws UserError for what cannot be read, and where there is no object.
 */
export async function readManifest(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly ManifestObject[]> {
  const [file, ...more] = await filesOf(path);
  if (file !== undefined && more.length === 0) {
    const { parseManifest } = await parser();
    return parseManifest(await read(file, readFile, command), nameOf(file));
  }
  const objects = await readOneOf(path, readFile, command);
  if (objects.length === 0) throw userError(`no objects in ${path}`);
  return objects;
}

/** The same of one of several -f, which may have nothing in it. */
export async function readOneOf(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly ManifestObject[]> {
  const { parseObjects } = await parser();
  return (await readTexts(path, readFile, command)).flatMap(({ text, name }) => parseObjects(text, name));
}

/** YAML's: only a command with a file loads it. */
const parser = () => import("../manifest/parse.ts");

/** A file as it is, under the name that messages have for it. */
export interface FileText {
  readonly name: string;
  readonly text: string;
}

/** The texts of one -f, in their order. */
export async function readTexts(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly FileText[]> {
  const texts: FileText[] = [];
  for (const file of await filesOf(path))
    texts.push({ name: nameOf(file), text: await read(file, readFile, command) });
  return texts;
}

function nameOf(path: string): string {
  return path === "-" ? "STDIN" : path;
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === "-") return [path];
  if (/^https?:\/\//i.test(path)) {
    const name = URL.parse(path)?.pathname.split("/").at(-1) ?? "";
    throw userError(
      `-f takes files, not URLs: ${sh`curl -LO ${path}`}, then -f ${name === "" ? "FILE" : quoted(name)}`,
    );
  }
  const files = await expandPattern(path).catch((error: unknown) => {
    throw userError(error instanceof Error ? error.message : String(error));
  });
  // Under its own name: the error of reading it is the one to be told.
  return files ?? [path];
}

async function read(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isUserError(error)) throw error;
    const code = (error as { readonly code?: string }).code;
    if (code === "ENOENT") throw userError(`the path "${path}" does not exist`);
    if (code === "EISDIR") throw userError(`"${path}" is a directory; ${command} takes one file`);
    throw userError(`"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
