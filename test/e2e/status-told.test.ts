/** What `status` says of a cluster on which something is wrong, edited by hand, or not on Linux. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { UpgradeStatus } from "../../src/render/status/kind.ts";
import { installCalico } from "../calico/install.ts";
import { windowsCalico } from "../calico/windows-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { schemaErrors } from "../unit/render/schema.ts";
import { status } from "./status-cli.ts";
import { podOf } from "./support/calico-cluster.ts";
import { testCluster } from "./test-cluster.ts";

const core = "/api/v1/namespaces/kube-system";
const pools = "/apis/crd.projectcalico.org/v1/ippools";

describe.each([
  { kubeVersion: "1.36", version: "v3.29.7", other: "v3.30.7" },
  { kubeVersion: "1.15", version: "v3.8.8", other: "v3.9.6" },
] as const)("status on Kubernetes $kubeVersion, Calico $version", ({ kubeVersion, version, other }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion });
  });
  afterAll(async () => {
    await cluster?.stop();
  });
  beforeEach(async () => {
    await installCalico(cluster, { version });
  });
  afterEach(async () => {
    await cluster.resetCalico();
  });

  async function table(kubeconfig?: string): Promise<string> {
    const { stdout, code, stderr } = await status(cluster, [], kubeconfig);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }
  async function json(): Promise<UpgradeStatus> {
    const told = JSON.parse((await status(cluster, ["-o", "json"])).stdout) as UpgradeStatus;
    expect(schemaErrors(told)).toEqual([]);
    return told;
  }
  async function kubectl(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(stderr);
  }
  const order = (text: string) => text.match(/^node-\d+/gm);

  test("a pod that is only missing is told as that: nothing is being rolled out, and nothing to take over", async () => {
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "full", namespace: "kube-system" },
        spec: { hard: { pods: "0" } },
      },
    ]);
    onTestFinished(async () => void (await cluster.request("DELETE", `${core}/resourcequotas/full`)));
    await cluster.waitFor(`${core}/resourcequotas`, (quotas) =>
      quotas.some((one) => at(one, "status", "hard", "pods") === "0"),
    );
    const { metadata } = await podOf(cluster, "node-03");
    await cluster.api.ask("DELETE", `${core}/pods/${metadata.name}`);
    await cluster.waitFor(`${core}/events`, (events) =>
      events.some((one) => one["reason"] === "FailedCreate"),
    );
    const text = await table();
    expect(
      at(
        await cluster.api.ask("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node"),
        "spec",
        "updateStrategy",
        "type",
      ),
    ).toBe("RollingUpdate");
    expect(text).toMatch(/^Upgrade: +2 of 3 nodes on revision 1, .*; 1 without its pod$/m);
    expect(text).toContain("1 node without the calico-node pod that belongs there: node-03");
    expect(text).not.toMatch(/by itself|--take-over/);
    expect(order(text)).toEqual(["node-03", "node-01", "node-02"]);
    expect((await json()).daemonSets[0]?.nodes).toMatchObject({ outdated: 1, missing: 1 });
  });

  test("H16: a silent node comes first, and is not said to be READY 1/1", async () => {
    const speak = await cluster.faults.silentNode("node-02");
    try {
      const text = await table();
      expect(order(text)).toEqual(["node-02", "node-01", "node-03"]);
      expect(text).toMatch(/^node-02 +NotReady +calico-node-\w+ +v\S+ +yes +<unknown> /m);
      expect((await json()).nodes.map(({ name }) => name)).toEqual(["node-01", "node-02", "node-03"]);
    } finally {
      await speak();
    }
  });

  test("a crash loop comes with the command that shows the log of the crash", async () => {
    await cluster.faults.crashLoopBackOff({ node: "node-02", container: "calico-node" }, { exitCode: 3 });
    const old = await podOf(cluster, "node-02");
    await cluster.api.ask("DELETE", `${core}/pods/${old.metadata.name}`);
    // Between two waits it runs for a moment: each look is held against the pod of that moment.
    await expect
      .poll(
        async () => {
          const hint = (await json()).problems.find(({ message }) => message.includes("does not run"))?.hint;
          return hint?.replace((await podOf(cluster, "node-02")).metadata.name, "POD");
        },
        { timeout: 30_000 },
      )
      .toBe("to see why it crashes: kubectl -n kube-system logs POD -c calico-node --previous");
  });

  test("who edited the template by hand is told, on servers that keep it; others are not guessed", async () => {
    await kubectl(
      "-n",
      "kube-system",
      "set",
      "env",
      "ds/calico-node",
      "-c",
      "calico-node",
      "FELIX_LOGSEVERITYSCREEN=Debug",
    );
    const text = await table();
    if (kubeVersion === "1.36")
      expect(text).toMatch(
        /^Edited: +the template, with kubectl set \d+s ago \(20\S+Z\): env FELIX_LOGSEVERITYSCREEN of calico-node$/m,
      );
    else expect(text).not.toContain("Edited:");
  });

  test("a controller of another release stands under what is wrong", async () => {
    const image = `calico-kube-controllers=docker.io/calico/kube-controllers:${other}`;
    await kubectl("-n", "kube-system", "set", "image", "deploy/calico-kube-controllers", image);
    expect((await json()).problems.map(({ message }) => message)).toContain(
      `Deployment kube-system/calico-kube-controllers is of ${other}, and calico-node of ${version}`,
    );
  });

  test("dataplane and encapsulation are those of the cluster, and unknown to who may not read them", async () => {
    const name = "default-ipv4-ippool";
    const spec = { cidr: "192.168.0.0/16", ipipMode: "Never", vxlanMode: "CrossSubnet" };
    await cluster.apply([
      { apiVersion: "crd.projectcalico.org/v1", kind: "IPPool", metadata: { name }, spec },
    ]);
    onTestFinished(async () => void (await cluster.request("DELETE", `${pools}/${name}`)));
    expect(await table()).toMatch(/^Network: +encapsulation VXLAN CrossSubnet, dataplane iptables$/m);
    const user = await cluster.userKubeconfig({
      rules: [
        {
          apiGroups: ["", "apps", "extensions"],
          resources: [
            "nodes",
            "pods",
            "daemonsets",
            "controllerrevisions",
            "configmaps",
            "events",
            "deployments",
            "replicasets",
          ],
          verbs: ["get", "list", "watch"],
        },
      ],
    });
    expect(await table(user)).toMatch(/^Network: +encapsulation unknown, dataplane \w+ \(forbidden\)$/m);
  });

  test("H20: a DaemonSet for Windows is shown with its nodes, and is no second calico-node", async () => {
    const labels = { "kubernetes.io/os": "windows", "beta.kubernetes.io/os": "windows" };
    const { status: _status, metadata, ...set } = windowsCalico(version);
    await cluster.addNode({ name: "win-01", labels });
    await cluster.apply([{ ...set, metadata: { name: metadata.name, namespace: "kube-system" } }]);
    onTestFinished(async () => {
      await cluster.request("DELETE", `/apis/apps/v1/namespaces/kube-system/daemonsets/${metadata.name}`);
      await cluster.removeNode("win-01");
    });
    const told = await json();
    expect(told.install.kind).toBe("manifest");
    expect(told.daemonSets.map(({ name }) => name)).toEqual(["calico-node"]);
    expect(told.windows).toMatchObject({
      daemonSets: [{ name: "calico-node-windows", version, nodes: ["win-01"] }],
      unserved: [],
    });
    const text = await table();
    expect(text).toMatch(
      new RegExp(
        `^Windows: +DaemonSet kube-system/calico-node-windows \\(${version}\\) serves 1 node \\(win-01\\)$`,
        "m",
      ),
    );
    expect(text).toMatch(/^node-windows +kube-system +daemonset\/calico-node-windows /m);
  });
});
