/** What ends a run over many nodes that nobody watches: what it needs goes away, and the same command continues it. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { at } from "../cluster/kube-object.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { startFaultProxy } from "../faults/proxy.ts";
import { upstreamOf } from "../faults/upstream.ts";
import { cordonLease, eras, isCordoned, markOf, nodes, outdatedCalico } from "./support/calico-cluster.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { typhaDeployment } from "./support/typha.ts";
import { testCluster } from "./test-cluster.ts";

const program = "kubectl calico-upgrade";
const deployments = "/apis/apps/v1/namespaces/kube-system/deployments";
const run = ["node", "--all", "--settle=0s", "-y"];
const continued = `${program} node --all --interval=4s --settle=0s`;

describe("a run that nobody watches on Kubernetes 1.36", () => {
  let cluster: Cluster;
  const [{ calico } = { calico: { version: "v3.29.7" } }] = eras;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36" });
  }, 120_000);
  afterAll(async () => {
    await cluster?.resetCalico();
    await cluster?.stop();
  });
  beforeEach(async () => {
    await outdatedCalico(cluster, calico);
  });

  const marked = async () =>
    (
      await Promise.all(nodes.map(async (name) => ((await markOf(cluster, name)) === "new" ? [name] : [])))
    ).flat();

  /** The same command brings every node to its end, and nothing of the run is left. */
  async function converges(...more: readonly string[]): Promise<void> {
    expect(await runPlugin(cluster, [...run, ...more])).toMatchObject({ code: 0 });
    expect(await marked()).toEqual(nodes);
    for (const name of nodes)
      expect([await isCordoned(cluster, name), await cordonLease(cluster, name)]).toEqual([false, undefined]);
  }

  async function ready(name: string, replicas: number): Promise<void> {
    await cluster.waitFor(
      deployments,
      (found) =>
        found.some(
          (one) => one.metadata.name === name && Number(at(one["status"], "readyReplicas") ?? 0) === replicas,
        ),
      { what: `${String(replicas)} Ready pods of ${name}` },
    );
  }

  test.each(["calico-kube-controllers", "calico-typha"])(
    "%s goes away: the run ends before the next node, and says what continues it",
    async (name) => {
      if (name === "calico-typha") await cluster.apply([typhaDeployment(calico.version)]);
      const replicas = name === "calico-typha" ? 2 : 1;
      await ready(name, replicas);
      const going = startPlugin(cluster, [...run, "--interval=4s"]);
      await going.says(/node\/node-01 uncordoned/);
      await cluster.kubectl(["-n", "kube-system", "scale", "deployment", name, "--replicas=0"]);
      const { code, stdout, stderr } = await going.ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^error: no pod of ${name} is Ready`, "m")),
      ]);
      expect(stderr).toContain(continued);
      expect(stdout).not.toContain("node/node-02 cordoned");
      expect(await marked()).toEqual(["node-01"]);
      if (name === "calico-typha") expect(stderr).toMatch(/Typha runs on node-0\d/);
      await cluster.kubectl([
        "-n",
        "kube-system",
        "scale",
        "deployment",
        name,
        `--replicas=${String(replicas)}`,
      ]);
      await ready(name, replicas);
      await converges();
    },
    120_000,
  );

  test("a permission that is taken away ends the run on a node that is whole", async () => {
    const user = "loses-rights";
    const kubeconfig = await cluster.userKubeconfig({
      name: user,
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    });
    const going = startPlugin(cluster, [...run, "--interval=4s"], { kubeconfig });
    await going.says(/node\/node-01 uncordoned/);
    await cluster.kubectl(["delete", "clusterrolebinding", user]);
    const { code, stdout, stderr } = await going.ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*forbidden.*loses-rights/im)]);
    expect(stderr).toContain(continued);
    expect(stdout).not.toContain("node/node-02 cordoned");
    for (const name of nodes) expect(await isCordoned(cluster, name)).toBe(false);
    // It could not give its lease back.
    await converges("--take-over");
  }, 120_000);

  test("an API server that is away for longer than --api-outage ends the run with the reason", async () => {
    const proxy = await startFaultProxy(upstreamOf(cluster));
    let away = false;
    onTestFinished(() => {
      if (!away) proxy.stop();
    });
    const going = startPlugin(cluster, [...run, "--interval=4s", "--api-outage=3s"], {
      kubeconfig: proxy.kubeconfig,
    });
    await going.says(/node\/node-01 uncordoned/);
    away = true;
    proxy.stop();
    const { code, stdout, stderr } = await going.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: the API server has not answered for \d+s: /m),
    ]);
    expect(stderr).toContain(`${program} node --all --interval=4s --api-outage=3s --settle=0s`);
    expect(stdout).not.toContain("node/node-02 cordoned");
    for (const name of nodes) expect(await isCordoned(cluster, name)).toBe(false);
    await converges("--take-over");
  }, 120_000);

  test("an API server that goes away while the run waits for a pod ends it as soon, and not after --timeout", async () => {
    const proxy = await startFaultProxy(upstreamOf(cluster));
    onTestFinished(() => proxy.stop());
    const remove = await cluster.faults.slowPull({ node: "node-01", container: "calico-node" }, 3_600_000);
    onTestFinished(async () => await remove());
    const going = startPlugin(cluster, [...run, "--api-outage=3s"], { kubeconfig: proxy.kubeconfig });
    await going.says(/node-01: waiting for pod calico-node-\w+ to become Ready/);
    const began = performance.now();
    proxy.cut();
    const { code, stderr } = await going.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: the API server has not answered for \d+s: /m),
    ]);
    expect(stderr).toContain(`${program} node --all --api-outage=3s --settle=0s`);
    expect(performance.now() - began).toBeLessThan(13_000);
    await remove();
    await converges("--take-over");
  }, 120_000);

  test("an API server that is away for less than --api-outage costs the run nothing", async () => {
    const proxy = await startFaultProxy(upstreamOf(cluster));
    onTestFinished(() => proxy.stop());
    let reset = 0;
    const going = startPlugin(cluster, [...run, "--interval=4s", "--api-outage=30s"], {
      kubeconfig: proxy.kubeconfig,
    });
    await going.says(/node\/node-01 uncordoned/);
    const until = Date.now() + 6_000;
    proxy.begin({
      onRequest() {
        if (Date.now() >= until) return Promise.resolve(undefined);
        reset += 1;
        return Promise.resolve({ kind: "reset" });
      },
    });
    expect(await going.ended).toMatchObject({ code: 0 });
    expect(reset).toBeGreaterThan(0);
    expect(await marked()).toEqual(nodes);
  }, 120_000);
});
