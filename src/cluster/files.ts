import {
  access,
  close,
  fchmod,
  fchown,
  fsync,
  lstatSync,
  mkdir,
  open,
  readFileSync,
  rename,
  rm,
  statSync,
  writeFile,
  type Stats,
} from "node:fs";
import { promisify } from "node:util";

/**
 * `node:fs/promises` for what every start reads, without that module: Node loads readline and the streams of the web
 * with it. And a small file is read at once: another thread for it takes longer to start.
 */
export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString("utf8");
}

/** No cache of ours or of kubectl's is larger. */
const mostKept = 32 * 1024 ** 2;

/** A file of a cache, which anybody may have put something else in the place of: a pipe, a device, a disk full of text. */
export async function readKept(path: string): Promise<string> {
  const found = await statFile(path);
  if (!found.isFile() || found.size > mostKept) throw new Error(`${path} is no file of a cache`);
  return await readText(path);
}

/** Rejects as `readText` does, with Node's error. */
export async function readBytes(path: string): Promise<Buffer> {
  const found = await statFile(path);
  if (found.isFile() && found.size <= mostKept) return readFileSync(path);
  // A pipe (`<(…)`), /dev/null, or what it must not open.
  const { readWhole } = await import("./read-whole.ts");
  return await readWhole(path);
}

export function statFile(path: string): Promise<Stats> {
  return new Promise((resolve) => resolve(statSync(path)));
}

/** undefined: nothing of that name is there. */
export function linkStatus(path: string): Promise<Stats | undefined> {
  return new Promise((resolve) => resolve(lstatSync(path, { throwIfNoEntry: false })));
}

export const makeOneFolder = promisify(mkdir);
export const renameFile = promisify(rename);
export const removeFile = promisify(rm);
export const writeText = promisify(writeFile);
export const openFile = promisify(open);
export const closeFile = promisify(close);
export const syncFile = promisify(fsync);
export const changeMode = promisify(fchmod);
export const changeOwner = promisify(fchown);
export const mayAccess = promisify(access);
