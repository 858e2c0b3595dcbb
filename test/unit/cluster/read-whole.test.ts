import { execFile } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readText } from "../../../src/cluster/files.ts";
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

describe.skipIf(process.platform === "win32")("what is no file", () => {
  async function fifo(): Promise<string> {
    const pipe = join(await folder(), "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    return pipe;
  }

  test("a FIFO that nobody writes to is told after a moment, and holds nothing up", async () => {
    const pipe = await fifo();
    const told = `${pipe} is a FIFO, and nothing has opened it for writing for 0.1 seconds`;
    await expect(readWhole(pipe, { patienceMillis: 100 })).rejects.toThrow(told);
  });

  test("who writes to a FIFO may be slow: what it says later is read, too", async () => {
    const pipe = await fifo();
    const read = readWhole(pipe, { patienceMillis: 2_000 });
    const writer = createWriteStream(pipe);
    await once(writer, "open");
    writer.write("kind: ");
    // Longer than the program waits for somebody to come.
    const patience = readWhole(await fifo(), { patienceMillis: 200 });
    await expect(patience).rejects.toThrow("FIFO");
    writer.end("y");
    expect((await read).toString()).toBe("kind: y");
  });

  test("a FIFO brings at most as much as a file may have", async () => {
    const pipe = await fifo();
    const writer = createWriteStream(pipe);
    writer.on("error", () => undefined);
    writer.end(Buffer.alloc(100_000));
    await expect(readWhole(pipe, { most: 10_000 })).rejects.toThrow(`${pipe} has more than`);
  });

  test.each(["/dev/zero", "/dev/tty", "a link to /dev/zero"])(
    "%s is a device, and is not opened",
    async (name) => {
      const link = join(await folder(), "calico.yaml");
      await symlink("/dev/zero", link);
      const path = name.startsWith("/") ? name : link;
      for (const read of [readWhole, readText])
        await expect(read(path)).rejects.toThrow(`${path} is a device, not a file`);
    },
  );

  test("a kubeconfig behind the shell's <(…) is read, and /dev/null is an empty one", async () => {
    const pipe = await fifo();
    const [read] = await Promise.all([readText(pipe), writeFile(pipe, "kind: Config")]);
    expect(read).toBe("kind: Config");
    expect(await readText("/dev/null")).toBe("");
  });
});
