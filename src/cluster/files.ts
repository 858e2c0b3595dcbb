import { mkdir, readFileSync, rename, rm, stat, writeFile } from "node:fs";
import { promisify } from "node:util";

/**
 * `node:fs/promises` for what every start reads, without that module: Node loads readline and the streams of the web
 * with it. And a small file is read at once, not in five turns of another thread.
 */
export function readText(path: string): Promise<string> {
  return new Promise((resolve) => resolve(readFileSync(path, "utf8")));
}

/** Rejects as `readText` does, with Node's error. */
export function readBytes(path: string): Promise<Buffer> {
  return new Promise((resolve) => resolve(readFileSync(path)));
}

export const makeOneFolder = promisify(mkdir);
export const renameFile = promisify(rename);
export const removeFile = promisify(rm);
export const statFile = promisify(stat);
export const writeText = promisify(writeFile);
