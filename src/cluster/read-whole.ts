import { open } from "node:fs/promises";
import { userError } from "../errors.ts";

/** More is no text to Node, and no facts file or manifest. */
const mostBytes = 500 * 1024 ** 2;

/** A file, a pipe (`<(…)`) or a device, whole. Throws Node's error, or UserError where it has more than can be used. */
export async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const found = await file.stat();
    if (!found.isFile()) return await collect(file.createReadStream({ autoClose: false }), path);
    if (found.size > mostBytes) throw tooLarge(path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** What comes, up to so much: a device may have no end. */
export async function collect(
  chunks: AsyncIterable<unknown>,
  name: string,
  most = mostBytes,
): Promise<Buffer> {
  const all: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > most) throw tooLarge(name);
    all.push(bytes);
  }
  return Buffer.concat(all);
}

function tooLarge(name: string): Error {
  return userError(
    `${name} has more than ${String(mostBytes / 1024 ** 2)} MiB, which is no manifest and no facts file`,
  );
}
