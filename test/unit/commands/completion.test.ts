import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { testContext } from "../flags/test-context.ts";

const name = "kubectl_complete-calico_upgrade";
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const { context, stdout, stderr } = testContext({ env });
  const code = await runCli(["completion", ...args], context);
  return { code, stdout: stdout(), stderr: stderr() };
}

describe("completion install puts the program that kubectl asks in place", () => {
  test("beside the plugin, wherever on the PATH it is, and again without a change", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "kubectl-calico_upgrade"), "", { mode: 0o755 });
    const env = { PATH: [folder, bin].join(delimiter) };
    expect(await run(["install"], env)).toMatchObject({ code: 0, stdout: `${join(bin, name)} created\n` });
    expect(statSync(join(bin, name)).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(bin, name), "utf8")).toContain('exec kubectl-calico_upgrade __complete "$@"');
    expect(await run(["install"], env)).toMatchObject({ code: 0, stdout: `${join(bin, name)} unchanged\n` });
  });

  test("into another folder, which is made", async () => {
    const { code } = await run(["install", "--dir", join(folder, "a/b")]);
    expect([code, existsSync(join(folder, "a/b", name))]).toEqual([0, true]);
  });

  test("a file of somebody else's, or a link, stays", async () => {
    writeFileSync(join(folder, name), "mine");
    const { code, stderr } = await run(["install", "--dir", folder]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("is there and is not ours")]);
    expect(readFileSync(join(folder, name), "utf8")).toBe("mine");
    rmSync(join(folder, name));
    symlinkSync(join(folder, "elsewhere"), join(folder, name));
    expect((await run(["install", "--dir", folder])).code).toBe(1);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  test("where it cannot be written, and where the plugin is not on the PATH, one line says what to do", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const args of [["install", "--dir", join(folder, "file")], ["install"]]) {
      const { code, stdout, stderr } = await run(args, { PATH: folder });
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^error: [^\n]*--dir\n$/);
    }
  });
});

describe("completion SHELL prints what the shell's start-up file needs", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("%s", async (shell) => {
    const { code, stdout } = await run([shell]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`kubectl completion ${shell}`)]);
  });

  test.each([[[]], [["tcsh"]], [["bash", "zsh"]], [["bash", "--dir", "x"]]])(
    "%j is refused",
    async (args) => {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^error: .*\nSee 'kubectl calico-upgrade completion -h'/);
    },
  );
});
