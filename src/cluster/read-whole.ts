import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { userError } from "../errors.ts";

/** More is no text to Node, and no facts file or manifest. */
const mostBytes = 500 * 1024 ** 2;

export interface ReadLimits {
  /** Bytes. */
  readonly most?: number;
  /** How long a FIFO may wait for somebody who writes to it. */
  readonly patienceMillis?: number;
}

/**
 * A file or a pipe (`<(…)`, /dev/stdin), whole. It is looked at before it is opened: a device may hang, or have no end.
 * Throws Node's error, or UserError for what is no file, a FIFO that nobody writes to, and more than can be used.
 */
export async function readWhole(path: string, limits: ReadLimits = {}): Promise<Buffer> {
  const { most = mostBytes } = limits;
  const expected = await stat(path);
  checkReadable(path, expected);
  // Opening a FIFO would wait for a writer, in a thread that nothing ends.
  const file = await open(path, constants.O_RDONLY | (expected.isFIFO() ? constants.O_NONBLOCK : 0));
  try {
    const found = await file.stat();
    checkReadable(path, found);
    if (found.isFIFO()) return await readPipe(file, path, limits);
    if (!found.isFile()) return await collect(file.createReadStream({ autoClose: false }), path, most);
    if (found.size > most) throw tooLarge(path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** What the process has open already, under the names that shells give it. */
const isOpenAlready = (path: string): boolean =>
  /^\/dev\/(?:stdin$|fd\/)|^\/proc\/(?:self|\d+)\/fd\//.test(path);

function checkReadable(path: string, found: Stats): void {
  const isDevice = found.isCharacterDevice() || found.isBlockDevice();
  if (isDevice && path !== "/dev/null" && !isOpenAlready(path))
    throw userError(`${path} is a device, not a file`);
}

const pieceBytes = 64 * 1024;
/** How often a pipe with nothing in it is looked at again. */
const everyMillis = 20;

/** Until the last writer has closed it; one that has not come yet is waited for. */
async function readPipe(
  file: FileHandle,
  path: string,
  { most = mostBytes, patienceMillis = 5_000 }: ReadLimits,
): Promise<Buffer> {
  const all: Buffer[] = [];
  let length = 0;
  // Who wrote through an inherited end may be gone already.
  let hadWriter = isOpenAlready(path);
  for (let waited = 0; ;) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const bytes = await file.read(piece).then(
      ({ bytesRead }) => bytesRead,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EAGAIN") return undefined;
        throw error;
      },
    );
    if (bytes === undefined || bytes > 0) hadWriter = true;
    if (bytes !== undefined && bytes > 0) {
      length += bytes;
      if (length > most) throw tooLarge(path);
      all.push(piece.subarray(0, bytes));
      continue;
    }
    if (bytes === 0 && hadWriter) return Buffer.concat(all);
    if (!hadWriter && waited >= patienceMillis)
      throw userError(
        `${path} is a FIFO, and nothing has opened it for writing for ${String(patienceMillis / 1000)} seconds`,
      );
    await pause(everyMillis);
    waited += everyMillis;
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
