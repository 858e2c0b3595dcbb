import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/** The whole body as text. Throws Node's error when the connection is cut in the middle. */
export async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return (isZipped(answer) ? await unzip(bytes) : bytes).toString("utf8");
}

/** Loaded for it: servers compress only answers above 128 kB. */
async function unzip(bytes: Buffer): Promise<Buffer> {
  const { gunzip } = await import("node:zlib");
  return await promisify(gunzip)(bytes);
}

/** The lines of a long answer as they arrive; a last line that was cut off is dropped. */
export async function* readLines(answer: IncomingMessage): AsyncGenerator<string> {
  const plain: Readable = isZipped(answer) ? answer.pipe((await import("node:zlib")).createGunzip()) : answer;
  plain.setEncoding("utf8");
  let rest = "";
  for await (const chunk of plain) {
    const lines = (rest + (chunk as string)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield line;
  }
}

function isZipped(answer: IncomingMessage): boolean {
  return answer.headers["content-encoding"] === "gzip";
}
