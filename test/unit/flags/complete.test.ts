import { describe, expect, test } from "vitest";
import { commands, runCli } from "../../../src/cli.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { testContext } from "./test-context.ts";

/** What the shell gets for a line whose last word is still being typed. */
async function complete(
  ...args: readonly string[]
): Promise<{ readonly values: readonly string[]; readonly directive: number; readonly stderr: string }> {
  const { context, stdout, stderr } = testContext();
  expect(await runCli(["__complete", ...args], context)).toBe(0);
  const lines = stdout().trimEnd().split("\n");
  const directive = Number(/^:(\d+)$/.exec(lines.pop() ?? "")?.[1]);
  return { values: lines.map((line) => line.split("\t")[0] ?? ""), directive, stderr: stderr() };
}

describe("what may come next", () => {
  test("every command, and help", async () => {
    const { values, directive } = await complete("");
    expect(values).toEqual([...commands.map(({ name }) => name), "help"]);
    expect(directive).toBe(4);
    expect((await complete("migr")).values).toContain("migrate-policy");
  });

  test("each has its summary behind a tab", async () => {
    const { context, stdout } = testContext();
    await runCli(["__complete", "stat"], context);
    expect(stdout()).toBe("status\tShow what Calico runs where, and how far an upgrade has come\n:4\n");
  });

  test.each(commands.map(({ name }) => name))("%s: its flags, without one that was given", async (name) => {
    const { values } = await complete(name, "--");
    expect(values).toContain("--context");
    expect(values).not.toContain("--help");
    expect(new Set(values).size).toBe(values.length);
    expect((await complete(name, "--context=x", "--context")).values).toEqual([]);
  });

  test("flags before the command do not hide it, and their values are no commands", async () => {
    expect((await complete("--context", "x", "status", "--show-l")).values).toEqual(["--show-labels"]);
    expect((await complete("--context", "")).values).not.toContain("status");
  });

  test("a flag's letter is offered where a letter is typed", async () => {
    expect((await complete("status", "-")).values).toContain("-o");
    expect((await complete("status", "-o")).values).toEqual(["-o"]);
  });

  test.each([
    [
      ["status", "-o", ""],
      ["table", "wide", "json", "yaml", "name"],
    ],
    [["status", "--output", "w"], ["wide"]],
    [["status", "--output=w"], ["wide"]],
    [["status", "-wo", "wi"], ["wide"]],
    [["version", "-o", "y"], ["yaml"]],
    [
      ["node", "--dry-run="],
      ["none", "server", "client"],
    ],
    [
      ["status", "--color", ""],
      ["auto", "always", "never"],
    ],
    [["status", "--watch=f"], ["false"]],
    [["plan", "--datastore", "e"], ["etcd"]],
    [["preflight", "--fail-on", "w"], ["warning"]],
    [["completion", "f"], ["fish"]],
    [["help", "stat"], ["status"]],
    [
      ["explain", "H2"],
      ["H20", "H21"],
    ],
    [["node", "n", "--ignore-preflight-errors", "H17,H2"], ["H17,H20"]],
    [["node", "n", "--ignore-preflight-errors", "H17,H1"], ["H17,H16"]],
  ])("%j: %j", async (args, expected) => {
    expect((await complete(...args)).values).toEqual(expect.arrayContaining(expected));
  });

  test("an id is not offered twice in one list", async () => {
    const { values } = await complete("node", "n", "--ignore-preflight-errors", "H17,");
    expect(values).not.toContain("H17,H17");
  });

  test("releases for --to, the newest first, in an order that the shell keeps", async () => {
    const { values, directive } = await complete("plan", "--to", "");
    expect(values).toEqual([...catalogue.releases.keys()].toReversed());
    expect(directive).toBe(4 + 32);
    expect((await complete("plan", "--kubernetes", "")).values).toEqual([]);
  });

  test("nothing more where the one argument was given", async () => {
    for (const line of [
      ["completion", "install", ""],
      ["explain", "P01", ""],
      ["explain", "--", "P01", ""],
      ["undo", "x", ""],
    ])
      expect(await complete(...line)).toEqual({ values: [], directive: 4, stderr: "" });
    expect((await complete("explain", "-o", "json", "P0")).values).toContain("P01");
  });

  test("files and folders are the shell's business", async () => {
    expect(await complete("node", "-f", "")).toMatchObject({ values: [], directive: 0 });
    expect(await complete("completion", "install", "--dir", "")).toMatchObject({ values: [], directive: 16 });
  });

  test("after -- comes no flag", async () => {
    expect((await complete("explain", "--", "-")).values).toEqual([]);
  });
});

describe("completion says nothing on its own", () => {
  test.each([
    ["node", ""],
    ["status", "-n", ""],
    ["status", "--context", ""],
    ["node", "--no-such-flag", "x", ""],
    ["no-such-command", ""],
    ["node", "--timeout", "abc", ""],
    [""],
    [],
  ])("a cluster that cannot be reached, or a line that is wrong: %j", async (...args) => {
    expect((await complete(...args)).stderr).toBe("");
  });
});

test("nobody sees __complete in the help", async () => {
  const { context, stdout } = testContext();
  await runCli(["--help"], context);
  expect(stdout()).not.toContain("__complete");
});
