import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { userInfo } from "node:os";
import { userError } from "../errors.ts";
import { quoted, sh } from "../model/shell.ts";

/** Windows has neither these modes nor a directory that can be flushed. */
export const windows = constants.O_NOFOLLOW === undefined;
export const noFollow = windows ? 0 : constants.O_NOFOLLOW;

/** What a file system says of a file or a folder, as far as it decides who could have put it there. */
export interface FileOwnership {
  readonly uid: number;
  readonly mode: number;
}

/** What is trusted is ours or root's, and nobody else can write to it. `sticky`: others may add, and swap nothing. */
export function isForeign({ uid }: FileOwnership, own: number): boolean {
  return uid !== own && uid !== 0;
}

export function othersWrite({ mode }: FileOwnership, sticky = false): boolean {
  return (mode & 0o022) !== 0 && !(sticky && (mode & 0o1000) !== 0);
}

/** How somebody takes over on purpose what another user has saved. */
export function takeOver(path: string): string {
  return `it belongs to another user, who could have written anything into it: look at it, and copy it to take it over: ${sh`cp -R ${quoted(path)} COPY`}`;
}

/** Whether somebody else made this folder; nobody's where there is none. */
export async function isOthers(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && !windows && isForeign(found, userInfo().uid);
}

/** Why a folder of bundles, or one of a bundle, cannot be read from; undefined: it can, or it is not there. */
export async function distrustOf(path: string, sticky = false): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return `${path} is a link; name the folder itself`;
  if (windows || !found.isDirectory()) return undefined;
  if (isForeign(found, userInfo().uid)) return `${path}: ${takeOver(path)}`;
  return othersWrite(found, sticky)
    ? `others may write to ${path} and could have changed what is in it: look at it, then ${sh`chmod go-w ${quoted(path)}`}`
    : undefined;
}

/**
 * The whole text of a file that is trusted: no link, no pipe and no device, ours or root's, and of `most` bytes.
 * Looked at when it is open, so that it is the very file that is read.
 */
export async function readTrusted(path: string, most: number): Promise<string> {
  // A pipe that nobody writes to would be waited for when it is opened.
  const flags = constants.O_RDONLY | noFollow | (windows ? 0 : constants.O_NONBLOCK);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw userError(`${path} is not a regular file`);
    if (!windows && isForeign(found, userInfo().uid)) throw userError(`${path}: ${takeOver(path)}`);
    if (!windows && othersWrite(found))
      throw userError(
        `others may write to ${path} and could have changed it: look at it, then ${sh`chmod go-w ${quoted(path)}`}`,
      );
    if (found.size > most)
      throw userError(`${path} has ${String(found.size)} bytes, and no run saves more than ${String(most)}`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
