/** The packaged executable as a user meets it: found and run by kubectl. */
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peakMemory } from "../../bench/peak-memory.ts";
import { installCalico } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { testCluster } from "./test-cluster.ts";

const root = join(import.meta.dirname, "../..");
const dist = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

let cluster: Cluster;

/** A shell, because pipes are half of what is tested here. */
function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const path = `${dist}${delimiter}${cluster.env.PATH}`;
  execFile(
    "bash",
    ["-c", `set -o pipefail; ${line}`],
    { env: { ...process.env, ...cluster.env, ...env, PATH: path }, maxBuffer: 2 ** 28, timeout: 100_000 },
    (error, stdout, stderr) => {
      resolve({
        stdout,
        stderr,
        code: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
      });
    },
  );
  return promise;
}

beforeAll(async () => {
  if (!existsSync(join(dist, "kubectl-calico_upgrade"))) throw new Error("npm run build comes first");
  cluster = await testCluster();
  await installCalico(cluster, { version: "v3.29.0" });
});

afterAll(async () => {
  await cluster?.stop();
});

describe("kubectl finds and runs the plugin", () => {
  test("kubectl plugin list shows it and warns of nothing", async () => {
    const { stdout, stderr } = await shell("kubectl plugin list");
    expect(stdout).toContain(join(dist, "kubectl-calico_upgrade"));
    expect(stderr).not.toContain("kubectl-calico_upgrade");
  });

  test("nothing else in dist is taken for a subcommand of it", async () => {
    const { stdout } = await shell(`ls ${dist}`);
    expect(stdout).not.toMatch(/kubectl-calico_upgrade-/);
  });

  test("the version is the one of package.json", async () => {
    expect(await shell("kubectl calico-upgrade version")).toEqual({
      stdout: `v${version}\n`,
      stderr: "",
      code: 0,
    });
    expect(await shell("kubectl calico-upgrade --version")).toMatchObject({
      stdout: `v${version}\n`,
      code: 0,
    });
  });

  test("status shows the nodes and the release", async () => {
    const { stdout, code } = await shell("kubectl calico-upgrade status");
    expect(code).toBe(0);
    for (const word of ["node-01", "node-02", "node-03", "v3.29.0"]) expect(stdout).toContain(word);
  });

  test("a node is restarted and takes pods again", async () => {
    const { stdout, code } = await shell("kubectl calico-upgrade node node-01 --restart --force --settle=0s");
    expect(code).toBe(0);
    expect(stdout).toContain("node/node-01 cordoned\n");
    expect(stdout).toMatch(/pod "calico-node-\w+" deleted/);
    expect(stdout).toContain("node/node-01 uncordoned\n");
    const { stdout: unschedulable } = await shell(
      "kubectl get node node-01 -o jsonpath='{.spec.unschedulable}'",
    );
    expect(unschedulable).toBe("");
  });
});

describe("exit codes reach the shell", () => {
  test.each([
    ["kubectl calico-upgrade status", 0],
    ["kubectl calico-upgrade status --no-such-flag", 1],
    ["kubectl calico-upgrade no-such-command", 1],
    ["kubectl calico-upgrade node no-such-node", 1],
    ["kubectl calico-upgrade status --server https://127.0.0.1:1", 1],
  ])("%s ends with %i", async (line, code) => {
    expect((await shell(line)).code).toBe(code);
  });

  test("a refusal is on stderr and leaves stdout empty", async () => {
    expect(await shell("kubectl calico-upgrade node no-such-node")).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining(
        'Error from server (NotFound): nodes "no-such-node" not found',
      ) as string,
    });
  });

  test("Ctrl-C on a watch ends it as it ends any program", async () => {
    const env = { ...process.env, ...cluster.env, PATH: `${dist}${delimiter}${cluster.env.PATH}` };
    const child = spawn("kubectl", ["calico-upgrade", "status", "-w"], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = Promise.withResolvers<string | number | null>();
    child.on("close", (code, signal) => {
      ended.resolve(signal ?? code);
    });
    child.stdout.once("data", () => child.kill("SIGINT"));
    expect(["SIGINT", 130]).toContain(await ended.promise);
  });
});

test.runIf(process.platform === "linux")("120 MB of memory are enough on three nodes", async () => {
  const command = join(dist, "kubectl-calico_upgrade");
  for (const args of [["status"], ["node", "node-01", "--restart", "--force", "--settle=0s"]]) {
    expect(await peakMemory({ command, args }, cluster.env)).toBeLessThan(120);
  }
});

describe("the environment of other programs does not disturb it", () => {
  test.each([
    "--require=/nonexistent",
    "--max-old-space-size=64",
    "--inspect=127.0.0.1:1",
    "--no-such-option",
  ])("NODE_OPTIONS=%s changes nothing", async (options) => {
    const expected = await shell("kubectl calico-upgrade --help");
    expect(expected.code).toBe(0);
    expect(await shell("kubectl calico-upgrade --help", { NODE_OPTIONS: options })).toEqual(expected);
  });

  test("it runs from a folder that is gone, under another name, and through a link", async () => {
    const link = "d=$(mktemp -d) && cd $d && ln -s $(command -v kubectl-calico_upgrade) other-name";
    const { stdout, code } = await shell(
      `${link} && mkdir gone && cd gone && rmdir $d/gone && $d/other-name --version`,
    );
    expect([stdout, code]).toEqual([`v${version}\n`, 0]);
  });
});

describe("more output than a pipe holds", () => {
  beforeAll(async () => {
    const nodes = Array.from({ length: 400 }, (_, index) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: `many-${index}`, labels: { "kubernetes.io/os": "none" } },
    }));
    await cluster.apply(nodes);
  });

  afterAll(async () => {
    await shell("kubectl delete nodes -l kubernetes.io/os=none --wait=false");
  });

  test("JSON reaches a slow reader whole", async () => {
    const { stdout, stderr, code } = await shell("kubectl calico-upgrade status -o json | (sleep 2; cat)");
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout.length).toBeGreaterThan(2 * 65_536);
    expect(JSON.parse(stdout)).toMatchObject({ apiVersion: "calico-upgrade/v1alpha1" });
  });

  test("a reader that stops early is nothing to talk about", async () => {
    const { stdout, stderr, code } = await shell("kubectl calico-upgrade status -o json | head -n 1");
    expect([stdout, stderr, code]).toEqual(["{\n", "", 141]);
  });
});
