import { constants } from "node:fs";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { userError, type UserError } from "../errors.ts";
import { isForeign, noFollow, othersWrite, windows } from "./trust.ts";

/** Writes a file that was not there, for its owner alone; it is on the disk when this resolves. */
export async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The old text or the new one, never a part of it, whenever the machine stops. */
export async function replace(path: string, text: string): Promise<void> {
  const next = join(dirname(path), `.${basename(path)}.new`);
  await rm(next, { force: true });
  await writeNew(next, text);
  await rename(next, path);
  await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  if (windows) return;
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A directory of our own, 0700; the parents that are missing, too. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    // Not from the start again: in /proc this is ENOENT for ever.
    await mkdir(path, { mode: 0o700 }).catch((again: unknown) => {
      if ((again as NodeJS.ErrnoException).code !== "EEXIST") throw again;
    });
  }
  await syncDirectory(dirname(path));
}

/**
 * Refuses a directory through which somebody else could read or swap what is saved: a link, not a
 * directory, or one that others may write to. `own`: it must be ours, and nobody else's to look into.
 */
export async function checkDirectory(path: string, own: boolean): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) throw userError(`${path} is a link; a bundle is never saved through one`);
  if (!found.isDirectory()) throw userError(`${path} is not a directory; a bundle cannot be saved there`);
  if (windows) return;
  const othersLook = found.mode & 0o077;
  const { uid } = userInfo();
  // Its owner could swap what is in it, also where it is sticky.
  if (own ? found.uid !== uid : isForeign(found, uid))
    throw userError(`${path} belongs to somebody else; choose another place with --bundle-dir`);
  if (own && othersLook !== 0)
    throw userError(`others may look into ${path}, and what is saved is for its owner alone: chmod 700 it`);
  if (othersWrite(found, true))
    throw userError(
      `others may write to ${path} and could swap what is saved: chmod go-w it, or choose another place with --bundle-dir`,
    );
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is longer than the system lets it be",
  ENOTDIR: "a part of the path is not a directory",
  ENOENT: "no such file or directory",
  ELOOP: "it is a link",
  EISDIR: "it is a directory",
  ENAMETOOLONG: "the name is too long",
  EIO: "input/output error",
};

/** What the file system said, in a sentence of ours; anything else passes as it is. */
export function fileError(error: unknown, doing: string, after: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof error !== "object" || error === null || "kind" in error || code === undefined) return error;
  return problem(`${doing}: ${reasons[code] ?? code}; ${after}`);
}

function problem(message: string): UserError {
  return userError(message);
}
