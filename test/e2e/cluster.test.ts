import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { kubeVersions } from "../cluster/binaries/recipes.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "../cluster/process-identity.ts";
import { readProcesses } from "../cluster/state.ts";
import { poll } from "../cluster/wait.ts";

const script = join(import.meta.dirname, "../../scripts/cluster");

/** Clusters of their own, out of the way of those that a person keeps. */
let state: string;
const before = process.env["CALICO_CLUSTERS"];
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), "cluster-state-"));
  process.env["CALICO_CLUSTERS"] = state;
});
afterAll(() => {
  rmSync(state, { recursive: true, force: true });
  if (before === undefined) delete process.env["CALICO_CLUSTERS"];
  else process.env["CALICO_CLUSTERS"] = before;
});

describe.each(kubeVersions)("a cluster of Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      kubeVersion,
      audit: "Metadata",
      nodes: [
        { roles: ["control-plane"], kubeletVersion: "v1.14.9", images: ["calico/node:v3.8.9"] },
        { architecture: "arm64", osImage: "Flatcar", kernelVersion: "6.1.0", labels: { zone: "b" } },
      ],
    });
  });
  afterAll(() => cluster?.stop());

  test("is the version that was asked for, and only its owner can read its keys", async () => {
    const version = await cluster.api.ask("GET", "/version");
    expect(at(version, "minor")).toBe(kubeVersion.split(".")[1]);
    expect(statSync(join(cluster.kubeconfig, "..")).mode & 0o777).toBe(0o700);
  });

  test("has the nodes that were asked for", async () => {
    const nodes = await cluster.api.ask("GET", "/api/v1/nodes");
    expect(at(nodes, "items", 0, "status", "nodeInfo", "kubeletVersion")).toBe("v1.14.9");
    expect(at(nodes, "items", 0, "status", "images", 0, "names", 0)).toBe("calico/node:v3.8.9");
    expect(at(nodes, "items", 1, "status", "nodeInfo")).toMatchObject({
      architecture: "arm64",
      osImage: "Flatcar",
    });
    const { stdout } = await cluster.kubectl(["get", "nodes", "--no-headers"]);
    expect(stdout).toMatch(/^node-01 +Ready +control-plane .*\nnode-02 +Ready/);
  });

  test("takes a node on and lets it go", async () => {
    expect(await cluster.addNode({ kubeletVersion: "v1.13.0" })).toBe("node-03");
    await cluster.removeNode("node-03");
    const { stdout } = await cluster.kubectl(["get", "nodes", "-o", "name"]);
    expect(stdout).toBe("node/node-01\nnode/node-02\n");
  });

  test("lets a user do what its rules say and nothing else, and writes down who asked for what", async () => {
    const mark = await cluster.audit.mark();
    const KUBECONFIG = await cluster.userKubeconfig({
      name: "eve",
      rules: [{ resources: ["pods"], verbs: ["list"] }],
    });
    expect((await cluster.kubectl(["get", "pods", "-A"], { env: { KUBECONFIG } })).code).toBe(0);
    const refused = await cluster.kubectl(["get", "nodes"], { env: { KUBECONFIG } });
    expect(refused.stderr).toContain('User "eve" cannot list resource "nodes"');
    const asked = await cluster.audit.since(mark, { user: "eve", userAgent: "kubectl" });
    expect(asked.filter(({ verb }) => verb === "list").map(({ uri, code }) => `${uri} ${code}`)).toEqual([
      "/api/v1/pods?limit=500 200",
      "/api/v1/nodes?limit=500 403",
    ]);
  });

  test("refuses a certificate and a token that have run out", async () => {
    await cluster.kubectl(["create", "serviceaccount", "robot"]);
    const robot = { namespace: "default", serviceAccount: "robot" };
    const whoIs = async (token: string) =>
      cluster.kubectl(["get", "pods"], { env: { KUBECONFIG: await cluster.userKubeconfig({ token }) } });
    expect((await whoIs(await cluster.serviceAccountToken(robot))).stderr).toContain(
      "system:serviceaccount:default:robot",
    );
    const late = await whoIs(await cluster.serviceAccountToken({ ...robot, expiresInSeconds: -60 }));
    expect(late.stderr).toContain("must be logged in");
    const KUBECONFIG = await cluster.userKubeconfig({ clusterRole: "view", expired: true });
    const expired = await cluster.kubectl(["get", "pods"], { env: { KUBECONFIG } });
    expect(expired.stderr).toMatch(/must be logged in|expired/);
  });
});

describe("clusters and their ends", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function start(args: readonly string[]): ChildProcess {
    const child = spawn(script, args, { env: process.env, stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    return child;
  }

  async function finished(child: ChildProcess): Promise<{ code: number | null; stdout: string }> {
    let stdout = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout })));
  }

  const gone = (processes: readonly ProcessIdentity[]) =>
    poll(async () => !processes.some(isAlive), { what: "all processes ended" });

  test("two side by side do not get into each other's way, and down ends only its own", async () => {
    const ups = await Promise.all(
      ["left", "right"].map((name) => finished(start(["up", "--name", name, "--nodes", "1"]))),
    );
    const paths = ups.map(({ stdout }) => stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(ups.map(({ code }) => code)).toEqual([0, 0]);
    for (const path of paths) expect(existsSync(path)).toBe(true);
    const env = await finished(start(["env", "--name", "left"]));
    expect(env.stdout).toContain(`export KUBECONFIG='${paths[0]}'`);

    const left = readProcesses("left");
    expect((await finished(start(["down", "--name", "left"]))).code).toBe(0);
    await gone(left);
    expect(existsSync(paths[0] ?? "")).toBe(false);
    expect(readProcesses("right")).toHaveLength(5);
    expect(readProcesses("right").every(isAlive)).toBe(true);
    await finished(start(["down", "--name", "right"]));
  });

  test("down never ends a process that only has the number of one of its own", async () => {
    const innocent = spawn("sleep", ["60"]);
    children.push(innocent);
    const folder = join(state, "kubectl-calico-upgrade", "clusters", "stale");
    mkdirSync(folder, { recursive: true });
    const recycled = [{ component: "etcd", pid: innocent.pid, started: "1" }];
    writeFileSync(join(folder, "processes.json"), JSON.stringify(recycled));
    expect((await finished(start(["down", "--name", "stale"]))).code).toBe(0);
    expect(existsSync(folder)).toBe(false);
    expect(innocent.exitCode).toBeNull();
    expect(innocent.signalCode).toBeNull();
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "%s in the middle of up leaves nothing running",
    async (signal) => {
      const up = start(["up", "--name", "cut-short"]);
      const started = await poll(
        async () => {
          const seen = readProcesses("cut-short");
          return seen.length >= 2 && seen;
        },
        { what: "the first processes" },
      );
      up.kill(signal);
      await gone(started);
      await poll(async () => !existsSync(join(state, "kubectl-calico-upgrade", "clusters", "cut-short")), {
        what: "its folder removed",
      });
    },
  );

  test("a name that is taken is refused, and a bad one too", async () => {
    const folder = join(state, "kubectl-calico-upgrade", "clusters", "taken");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "starter.json"), JSON.stringify(ownIdentity()));
    await expect(startCluster({ name: "taken" })).rejects.toThrow("up already");
    await expect(startCluster({ name: "../x" })).rejects.toThrow("is no name for a cluster");
    rmSync(folder, { recursive: true });
  });
});
