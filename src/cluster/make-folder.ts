import { dirname } from "node:path";
import { makeOneFolder } from "./files.ts";

/**
 * `mkdir -p`. Node's own never returns where a file system answers ENOENT to a mkdir in a folder that is there, as
 * /proc does; here that is the error it is. Only folders that are made get the mode.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const make = (): Promise<void> =>
    makeOneFolder(path, mode === undefined ? {} : { mode }).then(() => undefined);
  try {
    await make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    await makeFolder(parent, mode);
    await make().catch(unlessThere);
  }
}

/** Somebody else was quicker. */
function unlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}
