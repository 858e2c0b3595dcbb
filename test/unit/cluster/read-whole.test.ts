import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { collect, readWhole } from "../../../src/cluster/read-whole.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "read-whole-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

test("a file of a size that nobody's manifest has is refused before it is read", async () => {
  const path = join(await folder(), "facts.json");
  await writeFile(path, "");
  await truncate(path, 600 * 1024 ** 2);
  await expect(readWhole(path)).rejects.toThrow(
    `${path} has more than 500 MiB, which is no manifest and no facts file`,
  );
});

test("a device without an end ends", async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield await Promise.resolve(Buffer.alloc(1024));
  }
  await expect(collect(endless(), "/dev/zero", 10_000)).rejects.toThrow("/dev/zero has more than");
});

test("a pipe, as the shell's <(…) makes one, and an ordinary file are read whole", async () => {
  const at = await folder();
  const [file, pipe] = [join(at, "file"), join(at, "pipe")];
  await writeFile(file, "kind: x");
  expect((await readWhole(file)).toString()).toBe("kind: x");
  await promisify(execFile)("mkfifo", [pipe]);
  const [read] = await Promise.all([readWhole(pipe), writeFile(pipe, "kind: y")]);
  expect(read.toString()).toBe("kind: y");
  expect((await readWhole("/dev/null")).length).toBe(0);
  await expect(readWhole(join(at, "none"))).rejects.toMatchObject({ code: "ENOENT" });
});
