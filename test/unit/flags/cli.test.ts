import { describe, expect, test } from "vitest";
import { commands, runCli } from "../../../src/cli.ts";
import { flagsOf } from "../../../src/commands/base.ts";
import { flagGroups } from "../../../src/flags/flag.ts";
import { testContext } from "./test-context.ts";

async function run(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { context, stdout, stderr } = testContext();
  const exitCode = await runCli(args, context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

describe("help", () => {
  test("without arguments, with --help and with help, the commands are listed and the exit code is 0", async () => {
    const plain = await run();
    expect(plain).toMatchObject({ exitCode: 0, stderr: "" });
    for (const { name, summary } of commands) {
      expect(plain.stdout).toMatch(new RegExp(`^  ${name} +${summary.replaceAll(/[.()]/g, "\\$&")}$`, "m"));
    }
    expect(await run("--help")).toEqual(plain);
    expect(await run("-h")).toEqual(plain);
    expect(await run("help")).toEqual(plain);
    expect(await run("help", "help")).toEqual(plain);
  });

  test.each(commands.map(({ name }) => name))(
    "%s --help: what it does, examples that begin with its name, its flags, then how to call it",
    async (name) => {
      const { exitCode, stdout, stderr } = await run(name, "--help");
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^Examples:$/m);
      expect(stdout).toContain(`\n  kubectl calico-upgrade ${name}`);
      expect(stdout.indexOf("Examples:")).toBeLessThan(stdout.indexOf("Usage:"));
      expect(stdout).not.toContain("--kubeconfig");
      expect(await run("help", name)).toEqual({ exitCode, stdout, stderr });
      expect(await run(name, "-h", "x")).toEqual({ exitCode, stdout, stderr });
    },
  );

  test("options lists every connection flag", async () => {
    const { stdout } = await run("options");
    for (const flag of [
      "--kubeconfig=''",
      "-n, --namespace=''",
      "-s, --server=''",
      "--as-group=[]",
      "-v, --v=0",
    ]) {
      expect(stdout).toContain(`    ${flag}:`);
    }
  });

  test("an unknown topic shows the commands, as kubectl does", async () => {
    const { exitCode, stdout } = await run("help", "bogus");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Unknown help topic \[`bogus`\]/);
  });
});

test.each(commands)("$name: every flag has help, a known heading and a free name", async ({ load }) => {
  const flags = flagsOf(await load());
  expect(flags.filter(({ help }) => help === "")).toEqual([]);
  expect(flags.filter(({ group }) => !flagGroups.includes(group))).toEqual([]);
  const names = flags.flatMap((flag) => ("short" in flag ? [flag.name, flag.short] : [flag.name]));
  const longNames = flags.map((flag) => flag.name);
  expect(new Set(longNames).size).toBe(longNames.length);
  expect(new Set(names.filter((each) => each !== "v")).size).toBe(
    names.filter((each) => each !== "v").length,
  );
});

describe("mistakes: kubectl's words on stderr, nothing on stdout, exit 1", () => {
  test.each([
    [
      ["version", "--bogus"],
      "error: unknown flag: --bogus\nSee 'kubectl calico-upgrade version --help' for usage.\n",
    ],
    [["--bogus"], "error: unknown flag: --bogus\nSee 'kubectl calico-upgrade --help' for usage.\n"],
    [
      ["version", "-o"],
      "error: flag needs an argument: 'o' in -o\nSee 'kubectl calico-upgrade version --help' for usage.\n",
    ],
    [
      ["verison"],
      'error: unknown command "verison" for "kubectl calico-upgrade"\n\nDid you mean this?\n\tversion\n',
    ],
    [
      ["status", "--contxt", "x"],
      "error: unknown flag: --contxt\n\nDid you mean this?\n\t--context\n\nSee 'kubectl calico-upgrade status --help' for usage.\n",
    ],
    [
      ["--kube-config=x", "status"],
      "error: unknown flag: --kube-config\n\nDid you mean this?\n\t--kubeconfig\n\nSee 'kubectl calico-upgrade status --help' for usage.\n",
    ],
    // Two edits away from half of all flags.
    [["status", "--x"], "error: unknown flag: --x\nSee 'kubectl calico-upgrade status --help' for usage.\n"],
    [["zzzzzz"], 'error: unknown command "zzzzzz" for "kubectl calico-upgrade"\n'],
    [["version", "foo"], "error: extra arguments: [foo]\n"],
    [
      ["version", "--bogus", "--help"],
      "error: unknown flag: --bogus\nSee 'kubectl calico-upgrade version --help' for usage.\n",
    ],
  ])("%j", async (args, stderr) => {
    expect(await run(...args)).toEqual({ exitCode: 1, stdout: "", stderr });
  });
});

test("--version and version say the same", async () => {
  const { stdout, exitCode } = await run("--version");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^v\d+\.\d+\.\d+\n$/);
  expect(await run("version")).toMatchObject({ stdout });
  expect(await run("-n", "x", "version")).toMatchObject({ stdout });
});
