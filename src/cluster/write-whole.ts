import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  changeMode,
  changeOwner,
  closeFile,
  linkStatus,
  mayAccess,
  openFile,
  removeFile,
  renameFile,
  statFile,
  syncFile,
  writeText,
} from "./files.ts";

export interface WriteOptions {
  /** Of a new file, less the umask; one that is there keeps its own, and its owner. */
  readonly mode: number;
  /** The mode is set as it is, whatever the umask and the file that is there say. */
  readonly exact?: true;
}

/**
 * Writes a file whole or not at all: the text goes to the disk under another name beside it, which then takes the
 * place of what was there. A run that is killed, a full disk or a power failure leaves the old text. Nothing is
 * written through a link; rejects with Node's error, or with one that says what stands in the way.
 */
export async function writeWhole(path: string, text: string, options: WriteOptions): Promise<void> {
  const there = await replaceable(path);
  // A device or a pipe has nothing that could be lost, and must not be replaced by a file.
  if (there !== undefined && !there.isFile()) {
    await writeText(path, text);
    return;
  }
  const draft = join(dirname(path), `.${basename(path)}.${Math.random().toString(36).slice(2)}`);
  try {
    const file = await openFile(draft, "wx", options.mode);
    try {
      if (options.exact === true) await changeMode(file, options.mode);
      else if (there !== undefined) {
        await changeMode(file, there.mode & 0o7777);
        // Only root may give a file to somebody else.
        await changeOwner(file, there.uid, there.gid).catch(() => undefined);
      }
      await writeText(file, text);
      await syncFile(file);
    } finally {
      await closeFile(file);
    }
    await renameFile(draft, path);
  } catch (error) {
    await removeFile(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Rejects, before anything is done, where `writeWhole` surely cannot write. */
export async function checkWritable(path: string): Promise<void> {
  const there = await replaceable(path);
  if (there?.isDirectory() === true) throw new Error("it is a directory");
  await mayAccess(there === undefined || there.isFile() ? dirname(path) : path, constants.W_OK);
}

/** What is there; undefined: nothing. A link to a device or a pipe stands for it (/dev/stdout, `>(gzip)`). */
async function replaceable(path: string): ReturnType<typeof linkStatus> {
  const found = await linkStatus(path);
  if (found?.isSymbolicLink() !== true) return found;
  const target = await statFile(path).catch(() => undefined);
  if (target === undefined || target.isFile() || target.isDirectory())
    throw new Error("it is a link, and nothing is written through one");
  return target;
}

/** Makes the new name durable; Windows and some file systems cannot. */
async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, "r").catch(() => undefined);
  if (folder === undefined) return;
  await syncFile(folder).catch(() => undefined);
  await closeFile(folder);
}
