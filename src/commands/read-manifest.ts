import { userError } from "../errors.ts";
import { parseManifest, parseObjects, type ManifestObject } from "../manifest/parse.ts";

/** The objects of one file, or of standard input; `command` is named where a directory is given. */
export async function readManifest(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly ManifestObject[]> {
  return parseManifest(await read(path, readFile, command), nameOf(path));
}

/** The same of one of several files, which may have nothing in it. */
export async function readOneOf(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<readonly ManifestObject[]> {
  return parseObjects(await read(path, readFile, command), nameOf(path));
}

function nameOf(path: string): string {
  return path === "-" ? "STDIN" : path;
}

async function read(
  path: string,
  readFile: (path: string) => Promise<string>,
  command: string,
): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    if (/^https?:\/\//.test(path)) {
      throw userError(
        `"${path}" is an address, and nothing outside the cluster is asked; download it and give the file`,
      );
    }
    const code = (error as { readonly code?: string }).code;
    if (code === "ENOENT") throw userError(`the path "${path}" does not exist`);
    if (code === "EISDIR") throw userError(`"${path}" is a directory; ${command} takes one file`);
    throw userError(`"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
