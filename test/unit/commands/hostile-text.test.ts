/**
 * What stands in a cluster may come from a compromised node or from whoever can edit a pod: no string of it commands
 * the user's terminal, turns the text around, or makes a line that looks like one of the program's own.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runCli } from "../../../src/cli.ts";
import { apiError, badAnswer, connectionError } from "../../../src/errors.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import { makeLiveText } from "../../../src/render/status/live-text.ts";
import { aHealthyCluster, aNode, observedOf } from "../build/a-cluster.ts";
import { changedAt, leavesByKind } from "../build/leaves.ts";
import { listening } from "./on-terminal.ts";
import { upgrade } from "./upgrade-events.ts";
import { clusterOf, installs, readingCommands, run, withAt } from "./era-clusters.ts";
import { testContext } from "../flags/test-context.ts";

/** OSC 52 (writes the clipboard), BEL, CSI as two bytes and as one, RLO, line ends of all kinds and a forged line. */
const hostile =
  "\u001B]52;c;ZXZpbA==\u0007\u001B[2J\u009B31m\u0090q\u202E\u2066\u2028\u2029\u0085\u007F\u000B\f\r\nFORGED: all nodes are done\n\tFORGED too\u200B\uFEFF";

/** The program's own. */
const escapes = (what: string): RegExp => new RegExp(`\u001B\\[${what}`, "g");

/** Else each command meets every ninth of them. */
const isAll = process.env["TEST_ALL"] !== undefined;

const obeyed = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function wrongIn(
  command: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): readonly string[] {
  const wrong: string[] = [];
  for (const [name, text] of [
    ["stdout", stdout],
    ["stderr", stderr],
  ] as const) {
    const at = obeyed.exec(text)?.index;
    if (at !== undefined)
      wrong.push(`${command}: ${name}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`);
    // After a line break in a message the text is indented; in a result nothing begins a line.
    const forged = (name === "stdout" ? /^[\s#>*-]*FORGED.*$/m : /^FORGED.*$/m).exec(text);
    if (forged !== null)
      wrong.push(
        `${command}: ${name}: a forged line: ${JSON.stringify(text.slice(Math.max(0, forged.index - 100), forged.index + 30))}`,
      );
    if (/calico-upgrade; the same command with -v=1/.test(text)) wrong.push(`${command}: ${text}`);
  }
  return wrong;
}

describe.each(Object.entries(installs))("%s", (_name, install) => {
  const cluster = clusterOf(install);
  const places = leavesByKind(cluster.objects);
  const commands = readingCommands(install);

  test("the tests' commands say something of a cluster that is well-meant", async () => {
    for (const command of commands) {
      const told = await run(cluster, cluster.objects, command);
      expect([command, `${told.stdout}${told.stderr}`.length > 20]).toEqual([command, true]);
      expect(wrongIn(command, told)).toEqual([]);
    }
  });

  test.each(commands)(
    "no string of an object commands the terminal: %s",
    { timeout: 120_000 },
    async (command) => {
      const wrong = new Set<string>();
      const first = commands.indexOf(command);
      for (const place of places.filter((_, at) => isAll || (at + first) % 9 === 0)) {
        const told = await run(
          cluster,
          withAt(cluster, [place], (text) => text + hostile),
          command,
        );
        for (const each of wrongIn(command, told)) wrong.add(`${place.kind} ${place.path}: ${each}`);
      }
      expect([...wrong]).toEqual([]);
    },
  );
});

describe("what is no object", () => {
  const failing = (wrong: Error) => ({
    connect: () =>
      Promise.resolve({
        server: "https://test.example",
        namespace: "kube-system",
        namespaceGiven: false,
        request: () => Promise.reject(wrong),
        async *stream() {
          yield await Promise.reject<unknown>(wrong);
        },
        close: () => {},
      }),
  });
  const details = {
    kind: `Node${hostile}`,
    name: hostile,
    causes: [1, 2].map((at) => ({ field: `${hostile}${String(at)}`, message: hostile })),
  };

  test.each([
    ["a refusal", apiError({ status: 403, reason: "Forbidden", message: `no${hostile}` })],
    ["a reason of its own", apiError({ status: 500, reason: `Odd${hostile}`, message: `no${hostile}` })],
    ["what is invalid, and why", apiError({ status: 422, reason: "Invalid", message: hostile, details })],
    ["an answer that nobody understands", badAnswer(`the server said "${hostile}"`)],
    [
      "a certificate of somebody else",
      connectionError(`Unable to connect to the server: ${hostile.replaceAll("\n", " ")}`),
    ],
  ])("a server's error commands no terminal: %s", async (_what, error) => {
    for (const command of [
      "status",
      "preflight",
      "plan --to=v3.30.7",
      "node node-01 --restart",
      "controller",
      "configmap --set=a=b",
    ]) {
      const { context, stdout, stderr } = testContext(failing(error));
      await runCli(command.split(" "), context);
      expect(`${stdout()}${stderr()}`.length).toBeGreaterThan(10);
      expect(wrongIn(command, { stdout: stdout(), stderr: stderr() })).toEqual([]);
    }
  });

  test("a task list on a terminal shows hostile text, and draws nothing else than itself", async () => {
    const { listener, shown } = await listening();
    await upgrade(listener.emit, {
      nodes: [`node-01${hostile}`],
      between: (part, emit) => {
        emit({ kind: "note", text: `${part} says${hostile}` });
        emit({ kind: "warning", text: `${part} warns${hostile}` });
        return Promise.resolve();
      },
    });
    await listener.close();
    const written = shown.written();
    // Its own: colours, cursor, clearing of lines.
    const foreign = written
      .replaceAll(escapes("[0-9;?]*[mABCDGKJhl]"), "")
      .match(/(?![\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu);
    expect([written.includes("FORGED"), foreign, written.includes("\u001B[2J\u009B")]).toEqual([
      true,
      null,
      false,
    ]);
    expect(shown.screen().filter((line) => line.startsWith("FORGED"))).toEqual([]);
  });

  test("a screen of status -w is cleared by the program alone", () => {
    const status = upgradeStatus(
      upgradeState(
        observedOf({ ...aHealthyCluster(), nodes: [aNode("node-01", { labels: { zone: `a${hostile}` } })] }),
        catalogue,
      ),
    );
    const live = makeLiveText({
      noHeaders: false,
      wide: true,
      showLabels: true,
      screen: () => ({ rows: 40, columns: 400 }),
    });
    const written = live(status);
    expect(written).toContain("]52;c;");
    expect(
      written.replaceAll(escapes("(H|K|J|2J)"), "").match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu),
    ).toBeNull();
  });

  test("the words of a bundle, its list and the question about it", async () => {
    const root = await mkdtemp(join(tmpdir(), "hostile-"));
    try {
      const folder = join(root, `run${hostile.replaceAll("/", "")}`.replaceAll("\u0000", ""));
      await mkdir(folder, { mode: 0o700 });
      const index = {
        apiVersion: "calico-upgrade/v1alpha1",
        kind: "UndoBundle",
        format: 1,
        command: hostile,
        cluster: { uid: hostile, server: hostile },
        started: hostile,
        entries: [],
      };
      await writeFile(join(folder, "index.json"), JSON.stringify(index), { mode: 0o600 });
      for (const output of ["table", "wide"]) {
        const { context, stdout, stderr } = testContext();
        const command = ["undo", "--list", `--bundle-dir=${root}`, "-o", output];
        await runCli(command, context);
        expect(wrongIn(command.join(" "), { stdout: stdout(), stderr: stderr() })).toEqual([]);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  test("-o json and -o yaml have every character, and a terminal that shows them obeys none", async () => {
    const [, install] = Object.entries(installs).at(-1) ?? [];
    if (install === undefined) throw new Error("there is no install");
    const cluster = clusterOf(install);
    const objects = cluster.objects.map((object) =>
      changedAt(object, (text, path) =>
        object.kind === "Node" && path.endsWith("labels.zone") ? `a${hostile}` : text,
      ),
    );
    const told = await run(cluster, objects, "status -o json");
    expect(obeyed.exec(told.stdout)).toBeNull();
    expect(JSON.stringify((JSON.parse(told.stdout) as { nodes: unknown }).nodes)).toContain(
      JSON.stringify(`a${hostile}`).slice(1, -1),
    );
    const yaml = await run(cluster, objects, "status -o yaml");
    expect(JSON.stringify((parse(yaml.stdout) as { nodes: unknown }).nodes)).toContain(
      JSON.stringify(`a${hostile}`).slice(1, -1),
    );
  });
});
