import { execFileSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { openEventLog } from "../../../src/commands/event-log.ts";
import { testContext } from "../flags/test-context.ts";

let folder = "";
let warnings: string[] = [];
let notes: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "events-"));
  [warnings, notes] = [[], []];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path: string) =>
  openEventLog(
    path,
    (text) => void warnings.push(text),
    (text) => void notes.push(text),
  );

describe("the file of --events", () => {
  test("is appended to: an earlier run's lines stay", async () => {
    const file = join(folder, "events");
    writeFileSync(file, "earlier\n");
    const log = await open(file);
    log.write("now");
    expect(readFileSync(file, "utf8")).toBe("earlier\nnow\n");
    await log.close();
  });

  test("is never written through a link, also one that leads nowhere", async () => {
    const [target, link] = [join(folder, "target"), join(folder, "link")];
    symlinkSync(target, link);
    await expect(open(link)).rejects.toThrow(`--events=${link} is a link`);
    expect(existsSync(target)).toBe(false);
  });

  test("is no directory", async () => {
    await expect(open(folder)).rejects.toThrow(`--events=${folder} is a directory`);
    await expect(open("")).rejects.toThrow("--events needs a file");
  });

  test.runIf(existsSync("/dev/full"))("on a full disk is warned of once, and the run continues", async () => {
    const log = await open("/dev/full");
    log.write("a");
    log.write("b");
    await log.close();
    expect(warnings).toEqual([expect.stringMatching(/^--events=\/dev\/full: ENOSPC.*the run continues/)]);
  });
});

describe.skipIf(process.platform === "win32")("a FIFO", () => {
  let fifo = "";
  beforeEach(() => {
    fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
  });

  test("is opened when somebody reads it, and gets every line whole", async () => {
    const opening = open(fifo);
    await vi.waitFor(() => expect(notes).toEqual([`waiting for somebody to read ${fifo}`]), 10_000);
    const reader = createReadStream(fifo, "utf8");
    let text = "";
    reader.on("data", (chunk) => (text += String(chunk)));
    const log = await opening;
    // More than the pipe holds, in lines that are longer than it takes at once.
    const lines = Array.from({ length: 40 }, (_, at) => `${at} ${"x".repeat(10_000)}`);
    for (const line of lines) log.write(line);
    await log.close();
    await once(reader, "end");
    expect(text.split("\n")).toEqual([...lines, ""]);
    expect(warnings).toEqual([]);
  });

  test("whose reader goes is warned of once, and the run continues", async () => {
    const opening = open(fifo);
    const reader = createReadStream(fifo);
    await once(reader, "open");
    const log = await opening;
    reader.destroy();
    await once(reader, "close");
    await vi.waitFor(() => {
      log.write("line");
      expect(warnings).toHaveLength(1);
    });
    log.write("line");
    await log.close();
    expect(warnings).toEqual([expect.stringContaining("nobody reads it any more; the run continues")]);
  });
});

describe("the command line", () => {
  const run = async (...args: readonly string[]) => {
    const { context, stderr, stdout } = testContext();
    const code = await runCli([...args], context);
    return { code, stderr: stderr(), stdout: stdout() };
  };

  test.each(["json", "yaml", "name", "jsonpath={.kind}"])(
    "events and -o %s do not share standard output",
    async (format) => {
      const { code, stderr } = await run("node", "node-01", "--events=-", "-o", format);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `error: --events=- and -o ${format} both write to standard output; name a file for one of them\n`,
      );
    },
  );

  test.each([
    ["node", "node-01"],
    ["controller", "--restart"],
    ["configmap", "--set=veth_mtu=1440"],
    ["apply", "-f", "calico.yaml"],
    ["undo", "RUN"],
    ["migrate-policy"],
    ["migrate-data"],
  ])("%s refuses a file that cannot be opened before the cluster is asked anything", async (...args) => {
    const { code, stderr } = await run(...args, `--events=${folder}`);
    expect(code).toBe(1);
    expect(stderr).toBe(`error: --events=${folder} is a directory; name a file\n`);
  });

  test("what would stand on standard output beside the events goes to standard error", async () => {
    const { stdout, stderr } = await run("node", "node-01", "--events=-");
    expect(stdout).toBe("");
    expect(stderr).toContain("no cluster in this test");
  });
});
