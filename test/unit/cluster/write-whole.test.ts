import { spawn } from "node:child_process";
import { constants } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkWritable, writeWhole } from "../../../src/cluster/write-whole.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-whole-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const one = { mode: 0o600 };

describe("a file that is written", () => {
  test("is for the modes that were asked for, and nothing is left beside it", async () => {
    await writeWhole(at("new"), "text", one);
    expect(await readFile(at("new"), "utf8")).toBe("text");
    expect((await stat(at("new"))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["new"]);
  });

  test("keeps the modes that its owner gave it", async () => {
    await writeFile(at("shared"), "old");
    await chmod(at("shared"), 0o640);
    await writeWhole(at("shared"), "new", one);
    expect((await stat(at("shared"))).mode & 0o777).toBe(0o640);
    expect(await readFile(at("shared"), "utf8")).toBe("new");
  });

  test("who reads it meanwhile reads the old text to its end", async () => {
    await writeFile(at("read"), "the old text");
    const reader = await open(at("read"), constants.O_RDONLY);
    await writeWhole(at("read"), "new", one);
    expect(await reader.readFile("utf8")).toBe("the old text");
    await reader.close();
  });

  test.skipIf(process.platform !== "linux")(
    "a disk that fills up loses nothing of what was there",
    async () => {
      await writeFile(at("old"), "what was there");
      // The file is cut off at one block, as by a full disk.
      const script = `
      process.on("SIGXFSZ", () => {});
      const { writeWhole } = await import(${JSON.stringify(join(import.meta.dirname, "../../../src/cluster/write-whole.ts"))});
      await writeWhole(${JSON.stringify(at("old"))}, "x".repeat(1_000_000), { mode: 0o600 }).then(
        () => process.exit(0),
        (error) => { process.stdout.write(error.code); process.exit(3); },
      );`;
      const child = spawn("sh", [
        "-c",
        'ulimit -f 8; exec "$0" --input-type=module --no-warnings -e "$1"',
        process.execPath,
        script,
      ]);
      let said = "";
      child.stdout.on("data", (text: Buffer) => (said += text.toString()));
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect([code, said]).toEqual([3, "EFBIG"]);
      expect(await readFile(at("old"), "utf8")).toBe("what was there");
      expect(await readdir(folder)).toEqual(["old"]);
    },
  );
});

describe("a link that somebody put there", () => {
  test("is not written through, and what it leads to stays", async () => {
    await writeFile(at("theirs"), "theirs");
    await symlink(at("theirs"), at("link"));
    await expect(writeWhole(at("link"), "ours", one)).rejects.toThrow(/it is a link/);
    await expect(checkWritable(at("link"))).rejects.toThrow(/it is a link/);
    expect(await readFile(at("theirs"), "utf8")).toBe("theirs");
    expect((await lstat(at("link"))).isSymbolicLink()).toBe(true);
  });

  test("that leads nowhere makes no file there", async () => {
    await symlink(at("nowhere"), at("link"));
    await expect(writeWhole(at("link"), "ours", one)).rejects.toThrow(/it is a link/);
    expect(await readdir(folder)).toEqual(["link"]);
  });
});

test("a device is written to and stays a device: --save-facts /dev/null as root", async () => {
  await writeWhole("/dev/null", "text", one);
  expect((await lstat("/dev/null")).isCharacterDevice()).toBe(true);
});

test("what surely cannot be written is told before anything is done", async () => {
  await mkdir(at("dir"));
  await expect(checkWritable(at("dir"))).rejects.toThrow(/directory/);
  await expect(checkWritable(at("missing/file"))).rejects.toThrow(/ENOENT/);
  await checkWritable(at("new"));
  expect(await readdir(folder)).toEqual(["dir"]);
});
