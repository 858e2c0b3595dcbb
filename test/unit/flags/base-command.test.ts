import { Cli, Option } from "clipanion";
import { describe, expect, test } from "vitest";
import { BaseCommand, flagsOf, option } from "../../../src/commands/base.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import type { AppContext } from "../../../src/context.ts";
import { apiError, interrupted, userError } from "../../../src/errors.ts";
import { canonical, scan } from "../../../src/flags/scan.ts";
import { testContext } from "./test-context.ts";

const group = "Options";

class ProbeCommand extends BaseCommand {
  static override readonly paths = [["probe"]];
  static override readonly help = { summary: "", examples: [] };

  readonly text = option({ name: "text", short: "t", takes: "value", help: "", group });
  readonly preset = option({ name: "preset", takes: "value", default: "x", help: "", group });
  readonly flag = option({ name: "flag", short: "f", takes: "boolean", help: "", group });
  readonly noHeaders = option({ name: "no-headers", takes: "boolean", help: "", group });
  readonly on = option({ name: "on", takes: "boolean", default: "true", help: "", group });
  readonly number = option({ name: "number", takes: "value", read: "int", help: "", group });
  readonly wait = option({ name: "wait", takes: "value", read: "duration", default: "5m", help: "", group });
  readonly many = option({ name: "many", takes: "value", repeat: true, help: "", group });
  readonly nodes = Option.Rest({ name: "NODE" });

  static work: (command: ProbeCommand) => Promise<number> = async () => 0;

  protected run(): Promise<number> {
    return ProbeCommand.work(this);
  }

  open(): Promise<Connection> {
    return this.connect();
  }
}

function parse(args: readonly string[], context: AppContext = testContext().context): ProbeCommand {
  const result = scan(args, flagsOf(ProbeCommand));
  if (!result.ok) throw new Error(result.message);
  const cli = Cli.from<AppContext>([ProbeCommand], { binaryName: "x" });
  return cli.process({ input: ["probe", ...canonical(result.scanned)], context }) as ProbeCommand;
}

describe("flags arrive in the command, typed", () => {
  test("defaults", () => {
    const command = parse([]);
    expect(command).toMatchObject({
      preset: "x",
      flag: false,
      noHeaders: false,
      on: true,
      wait: 300_000,
      many: [],
      nodes: [],
    });
    expect(command.text).toBeUndefined();
    expect(command.number).toBeUndefined();
    expect(command.connection).toMatchObject({ verbosity: 0, requestTimeout: "0", asGroup: [] });
    expect(command.connection.context).toBeUndefined();
  });

  test("values", () => {
    expect(
      parse(
        "a -t=1 --preset= -f --no-headers --on=false --number 0x10 --wait 90s --many 1 --many=2 b -v6 -nns".split(
          " ",
        ),
      ),
    ).toMatchObject({
      text: "1",
      preset: "",
      flag: true,
      noHeaders: true,
      on: false,
      number: 16,
      wait: 90_000,
      many: ["1", "2"],
      nodes: ["a", "b"],
      connection: { verbosity: 6, namespace: "ns" },
    });
  });

  test("the last value wins, and an empty one counts", () => {
    expect(parse(["--text=a", "-t", "b", "--flag", "--flag=false"])).toMatchObject({
      text: "b",
      flag: false,
    });
  });

  test("values that look like options or help stay values", () => {
    expect(parse(["-t", "--help", "--", "-h", "--bogus"])).toMatchObject({
      text: "--help",
      nodes: ["-h", "--bogus"],
    });
  });

  test("a command's own flags come before the shared ones", () => {
    const names = flagsOf(ProbeCommand).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["text", "preset", "flag"]);
    expect(names).toContain("kubeconfig");
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("how a command ends", () => {
  async function runWith(
    work: (command: ProbeCommand) => Promise<number>,
    args: readonly string[] = [],
    overrides: Partial<AppContext> = {},
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    ProbeCommand.work = work;
    const { context, stdout, stderr } = testContext(overrides);
    const exitCode = await parse(args, context).execute();
    return { exitCode, stdout: stdout(), stderr: stderr() };
  }

  test("its own exit code", async () => {
    expect(await runWith(async () => 3)).toEqual({ exitCode: 3, stdout: "", stderr: "" });
  });

  test("a user's mistake: one line on stderr, no stack", async () => {
    const ended = await runWith(() => Promise.reject(userError("no node given", "See 'x -h'")));
    expect(ended).toEqual({ exitCode: 1, stdout: "", stderr: "error: no node given\nSee 'x -h'\n" });
  });

  test("the server's refusal, in kubectl's words", async () => {
    const refusal = apiError({ status: 404, reason: "NotFound", message: 'nodes "x" not found' });
    const { stderr, exitCode } = await runWith(() => Promise.reject(refusal));
    expect(exitCode).toBe(1);
    expect(stderr).toBe('Error from server (NotFound): nodes "x" not found\n');
  });

  test("Ctrl-C: 130", async () => {
    const { exitCode, stderr } = await runWith(() => Promise.reject(interrupted(130, "interrupted")));
    expect([exitCode, stderr]).toEqual([130, "interrupted\n"]);
  });

  test("a bug: no stack, but how to get it", async () => {
    const { stderr, exitCode } = await runWith(() => Promise.reject(new TypeError("x is undefined")));
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "error: x is undefined\nthis is a bug in calico-upgrade; the same command with -v=1 shows where it happened\n",
    );
  });

  test("a bug with -v=1: the stack", async () => {
    const { stderr } = await runWith(() => Promise.reject(new TypeError("x is undefined")), ["-v1"]);
    expect(stderr).toContain("base-command.test.ts");
  });

  test("--warnings-as-errors", async () => {
    const warned = { warnings: { count: 2 } };
    expect(await runWith(async () => 0, ["--warnings-as-errors"], warned)).toMatchObject({
      exitCode: 1,
      stderr: "error: 2 warnings received\n",
    });
    expect(await runWith(async () => 0, [], warned)).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("the connection is closed, so that the process can end", async () => {
    let closed = 0;
    const connection = { close: () => (closed += 1) } as unknown as Connection;
    const connect = () => Promise.resolve(connection);
    await runWith(
      async (command) => {
        await command.open();
        return await Promise.reject(userError("x"));
      },
      [],
      { connect },
    );
    expect(closed).toBe(1);
  });
});
