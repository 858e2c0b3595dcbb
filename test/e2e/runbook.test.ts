/** `runbook` on a real server: the hosts' own facts, what is asked for, and that nothing is written. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Runbook } from "../../src/plan/runbook/runbook.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await testCluster({ kubeVersion: "1.15", audit: "Metadata" });
});
afterAll(async () => {
  await cluster?.stop();
});

async function json(...args: readonly string[]): Promise<Runbook> {
  return await jsonOf(cluster, ...args);
}

async function jsonOf(of: Cluster, ...args: readonly string[]): Promise<Runbook> {
  const { stdout, stderr, code } = await runPlugin(of, ["runbook", ...args, "-o", "json"]);
  if (code !== 0) throw new Error(stderr);
  const made = JSON.parse(stdout) as Runbook;
  expect(schemaErrorsOf("runbook", made)).toEqual([]);
  return made;
}

/** docs/procedure.md, "Upgrading Components Individually" */
describe("runbook", () => {
  const way = ["--to", "v2.5.1", "--from", "v2.2.1", "--datastore", "etcd"];

  test("has every host with what its node says, and writes nothing", async () => {
    const mark = await cluster.audit.mark();
    const made = await json(...way);
    const nodes = (await cluster.api.ask("GET", "/api/v1/nodes")) as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } };
      }[];
    };
    const hosts = made.hops.flatMap((hop) => hop.hosts);
    expect(hosts.map(({ node, facts }) => [node, facts.kubelet])).toEqual(
      nodes.items.map(({ metadata, status }) => [metadata.name, status.nodeInfo.kubeletVersion]),
    );
    expect(made.asked.map(({ flag }) => flag)).toEqual(
      expect.arrayContaining(["--run-by=systemd|docker", "--controller-host=NODE"]) as string[],
    );
    expect(made.hops[0]?.before.map(({ id }) => id)).toEqual(["policy"]);
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });

  test("comes out the same of saved facts, for somebody without the cluster", async () => {
    const folder = await mkdtemp(join(tmpdir(), "runbook-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "facts.json");
    const live = await json(...way, "--save-facts", file);
    expect(await json(...way, "--facts", file)).toEqual(live);
  });

  test("answers what flags tell, for one host, as Markdown", async () => {
    const [first = ""] = (await json(...way)).hops.flatMap((hop) => hop.hosts.map(({ node }) => node));
    const { stdout, code } = await runPlugin(cluster, [
      "runbook",
      ...way,
      first,
      "--run-by=docker",
      "--unit=calico",
      "--cni-bin-dir=/usr/lib/cni",
      "--registry=mirror.example",
      "-o",
      "markdown",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Calico v2\.2\.1 to v2\.5\.1/);
    expect(stdout).toContain("docker run -d --name calico … mirror.example/calico/node:v2.5.1");
    expect(stdout).toContain("/usr/lib/cni/calico");
    expect(stdout).not.toContain("systemctl edit --full calico.service");
  });

  /** Of the first host, the ids of its steps and the commands of all of them. */
  const hostSteps = async (...args: readonly string[]) => {
    const [host] = (await json(...way, ...args)).hops.flatMap((hop) => hop.hosts);
    const steps = host?.steps ?? [];
    return { ids: steps.map(({ id }) => id), commands: steps.flatMap(({ commands }) => commands) };
  };

  // Procedure: Note: pre-fetch the image
  // Procedure: Components: the calico/node container
  test("the calico/node container: the image is pulled first, then the unit switched, the container stopped and started", async () => {
    const { ids, commands } = await hostSteps("--run-by=docker", "--runtime=docker");
    expect(ids.indexOf("pull")).toBe(0);
    expect(ids.indexOf("cordon")).toBeLessThan(ids.indexOf("switch"));
    expect(ids.indexOf("switch")).toBeLessThan(ids.indexOf("uncordon"));
    const at = (pattern: RegExp): number => commands.findIndex((command) => pattern.test(command));
    expect(commands[0]).toMatch(/pull .*calico\/node:v2\.5\.1/);
    expect(at(/^docker stop /)).toBeGreaterThan(0);
    expect(at(/^docker run .*calico\/node:v2\.5\.1/)).toBeGreaterThan(at(/^docker stop /));
  });

  // Procedure: Components: the CNI plugins, kubelet before v1.4
  test("the CNI plugins and configuration; a kubelet before v1.4 is restarted, one that reads it by itself is not", async () => {
    const { ids, commands } = await hostSteps();
    expect(ids).toEqual(expect.arrayContaining(["cni-binaries", "cni-config"]) as string[]);
    expect(commands.join("\n")).toContain("/opt/cni/bin/calico-ipam");
    expect(ids).not.toContain("kubelet");
    const folder = await mkdtemp(join(tmpdir(), "runbook-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const facts = join(folder, "facts.json");
    await json(...way, "--save-facts", facts);
    // No kubelet of that age reports to this server: the saved facts are made to say it.
    const saved = (await readFile(facts, "utf8")).replaceAll(
      /("kubelet(?:Version)?":\s*)"[^"]+"/g,
      '$1"v1.3.10"',
    );
    await writeFile(facts, saved);
    expect((await hostSteps("--facts", facts)).commands).toContain("systemctl restart kubelet");
  });

  // Procedure: Components: the policy controller, one at a time
  test("the policy controller: pulled, stopped, seen to be gone, and only then started; never two", async () => {
    const made = await json(...way, "--run-by=systemd", "--controller-host=node-01");
    expect(made.hops[0]?.controller.map(({ id }) => id)).toEqual([
      "pull",
      "controller-stop",
      "controller-none",
      "controller-start",
      "controller-verify",
    ]);
  });

  // Procedure: Note: etcd v3
  test("etcd v3: etcdctl migrate leaves Calico's data alone, and is not Calico's own conversion", async () => {
    const { stdout, code } = await runPlugin(cluster, ["explain", "D03"]);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /etcdctl migrate.*leaves the v2 data as they are.*no impact/,
    );
    const steps = (await json("--to", "v3.1.3", "--from", "v2.6.12", "--datastore", "etcd")).hops[0];
    expect(steps?.before.map(({ id }) => id)).toContain("data");
  });

  test.each([
    [["--to", "v2.5.1", "nobody"], /nodes "nobody" not found/],
    [[], /required flag\(s\) "to" not set/],
    [["--to", "v2.5.1", "--from", "v2.6.0", "--datastore", "etcd"], /P11/],
    [["--to", "v2.5.1", "--run-by", "magic"], /--run-by must be one of systemd, docker/],
    [["--to", "v2.5.1", "--unit", "a; rm -rf /"], /--unit must be the name of a unit/],
    [["--to", "v2.5.1", "-o", "wide"], /-o must be one of text, markdown, json, yaml/],
  ])("%j is refused in one line", async (args, words) => {
    const { stdout, stderr, code } = await runPlugin(cluster, ["runbook", ...args]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(words);
  });
});

describe("Kubernetes 1.36", () => {
  let today: Cluster;
  beforeAll(async () => {
    today = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
  });
  afterAll(async () => {
    await today?.stop();
  });

  test("hosts of today: each with its own runtime, the image is pulled first, and nothing is written", async () => {
    const mark = await today.audit.mark();
    const made = await jsonOf(today, "--to", "v3.30.7", "--from", "v3.29.7", "--datastore", "kubernetes");
    const nodes = (await today.api.ask("GET", "/api/v1/nodes")) as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly status: { readonly nodeInfo: { readonly containerRuntimeVersion: string } };
      }[];
    };
    const hosts = made.hops.flatMap((hop) => hop.hosts);
    expect(hosts.map(({ node, facts }) => [node, facts.runtime])).toEqual(
      nodes.items.map(({ metadata, status }) => [metadata.name, status.nodeInfo.containerRuntimeVersion]),
    );
    for (const { steps } of hosts) {
      expect(steps[0]?.id).toBe("pull");
      expect(steps[0]?.commands.join("\n")).toMatch(/calico\/node:v3\.30\.7/);
    }
    // Policies and data have their form of today already.
    expect(made.hops.flatMap(({ before }) => before.map(({ id }) => id))).toEqual([]);
    const sent = await today.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });
});
