/** `kubectl describe` shows what a run did, to whoever does not know that there was one. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import type { RemoveFault } from "../cluster/faults.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { eras, outdatedCalico, pluginRequests } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

describe.each(eras)("Kubernetes $kubeVersion", ({ kubeVersion, calico }) => {
  let cluster: Cluster;
  let removeFault: RemoveFault | undefined;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Metadata" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    for (const { metadata } of await events())
      await cluster.api.ask(
        "DELETE",
        `/api/v1/namespaces/${metadata.namespace ?? ""}/events/${metadata.name}`,
      );
    await outdatedCalico(cluster, calico);
  });
  afterEach(async () => {
    await removeFault?.();
    removeFault = undefined;
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", "--settle=0s", ...args]);
  const described = async (...args: readonly string[]): Promise<string> =>
    (await cluster.kubectl(["describe", ...args])).stdout.replaceAll(/ +/g, " ");

  /** Ours. */
  async function events(): Promise<readonly KubeObject[]> {
    const all = listAt(await cluster.api.ask("GET", "/api/v1/events"), "items") as KubeObject[];
    return all.filter((event) => at(event["source"], "component") === "calico-upgrade");
  }

  test("describe node tells that calico-node was restarted and how long it was down, describe daemonset how the run ended", async () => {
    expect(await run("node-01", "node-02")).toMatchObject({ code: 0 });
    expect(await described("node", "node-01")).toMatch(
      /Normal CalicoNodeRestarted \S+ calico-upgrade calico-node restarted by \S+: down \S+ \d/,
    );
    expect(await described("daemonset", "-n", "kube-system", "calico-node")).toMatch(
      /Normal CalicoUpgradeFinished \S+ calico-upgrade calico-node restarted on 2 nodes by /,
    );
    expect((await events()).map(({ metadata }) => metadata.namespace ?? "").toSorted()).toEqual([
      "default",
      "default",
      "kube-system",
    ]);
  });

  test("a node that fails says so in describe, with the reason, and the DaemonSet says that the run halted", async () => {
    removeFault = await cluster.faults.imagePullBackOff("node-01");
    expect(await run("node-01", "node-02", "--timeout=3s")).toMatchObject({ code: 1 });
    expect(await described("node", "node-01")).toMatch(
      /Warning CalicoNodeFailed \S+ calico-upgrade .*node-01 did not become Ready within 3s.*the node stays cordoned/,
    );
    expect(await described("daemonset", "-n", "kube-system", "calico-node")).toMatch(
      /Warning CalicoUpgradeHalted \S+ calico-upgrade .*did not become Ready within 3s.*restarted on 0 nodes by /,
    );
  });

  test("who may not create Events upgrades all the same, asks for none, and is not told of it", async () => {
    const kubeconfig = await cluster.userKubeconfig({
      rules: [
        {
          apiGroups: ["", "apps", "extensions", "crd.projectcalico.org", "policy"],
          resources: ["nodes", "pods", "daemonsets", "deployments", "replicasets", "controllerrevisions"],
          verbs: ["*"],
        },
        { apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] },
      ],
    });
    const mark = await cluster.audit.mark();
    const { code, stderr } = await runPlugin(cluster, ["node", "node-01", "--settle=0s"], { kubeconfig });
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/event/i)]);
    const sent = await pluginRequests(cluster, mark);
    expect(
      sent.filter(({ verb, objectRef }) => verb === "create" && objectRef?.["resource"] === "events"),
    ).toEqual([]);
    expect(await events()).toEqual([]);
  });

  test("a dry run writes no Event", async () => {
    expect(await run("node-01", "--dry-run=client")).toMatchObject({ code: 0 });
    expect(await events()).toEqual([]);
  });
});
