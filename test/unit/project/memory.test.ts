import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const megabytes = 1e6;
const size = 12 * megabytes;
const refused = /more lists and objects than/;

interface Measured {
  /** Bytes. */
  readonly text: number;
  readonly taken: number;
  /** What came of it. */
  readonly said: string;
}

async function measured(reader: string, shape: string): Promise<Measured> {
  const runner = join(import.meta.dirname, "memory-main.ts");
  const args = ["--disable-warning=ExperimentalWarning", runner, reader, shape, String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Measured;
}

const shapes = [
  "one long text",
  "one text of escapes",
  "texts",
  "numbers",
  "objects",
  "empty objects",
  "empty lists",
];

test.each(["facts", "manifest"].flatMap((reader) => shapes.map((shape) => [reader, shape] as const)))(
  "JSON takes at most ten times its size and 150 MB: %s, %s",
  async (reader, shape) => {
    const { text, taken, said } = await measured(reader, shape);
    expect(text).toBeGreaterThan(size - 100);
    expect(taken).toBeLessThanOrEqual(10 * text + 150 * megabytes);
    // Only what is nothing but empty is refused.
    expect([said, refused.test(said)]).toEqual([said, shape.startsWith("empty")]);
  },
  60_000,
);
