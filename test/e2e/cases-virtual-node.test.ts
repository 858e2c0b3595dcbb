/** The case virtual-node: one node that can never run calico-node (hazard H31) keeps nobody from upgrading the others. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toYaml } from "../calico/hosted-calico.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { calicoPods, daemonSet, writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { hasCase, kubectl, objectsIn, upstream } from "./support/shared-cases.ts";

const [from, to] = [upstream("v3.29"), upstream("v3.30")];
const type = { key: "eks.amazonaws.com/compute-type", value: "fargate" };

describe.skipIf(!hasCase("virtual-node", from, to))("node-03 is Fargate's", { timeout: 240_000 }, () => {
  let cluster: Cluster;
  let bundles: string;

  beforeAll(async () => {
    const virtual = {
      labels: { [type.key]: type.value },
      taints: [{ ...type, effect: "NoSchedule" }],
      pods: "0",
    };
    cluster = await startCluster({ kubeVersion: "1.36", nodes: [{}, {}, virtual], audit: "Metadata" });
    bundles = await mkdtemp(join(tmpdir(), "virtual-node-"));
  });
  afterAll(() => cluster?.stop());

  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectl(cluster, "apply", "-f", from);
    await cluster.waitFor(
      "/apis/apps/v1/namespaces/kube-system/daemonsets",
      (sets) => sets.some(({ status }) => at(status, "numberReady") === 2),
      { what: "calico-node Ready on the two others" },
    );
    await cluster.waitFor(
      "/apis/apps/v1/namespaces/kube-system/deployments",
      (all) => all.length > 0 && all.every(({ status }) => at(status, "readyReplicas") === 1),
      { what: "the controller Ready" },
    );
  });

  const plugin = (...args: readonly string[]) =>
    runPlugin(cluster, [...args, "--settle=0s", "-y", "--bundle-dir", bundles]);
  const images = async () => {
    const pods = await calicoPods(cluster);
    return Object.fromEntries(
      [...pods].map(([node, [pod]]) => [node, String(at(pod?.["spec"], "containers", 0, "image"))]),
    );
  };
  const ours = ({ metadata }: KubeObject) =>
    Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith("calico-upgrade"));

  test("H31: the two others are upgraded and the run comes to its end; node-03 is named, and never cordoned", async () => {
    const asked = await runPlugin(cluster, ["preflight", "-f", to]);
    expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining("node-03")]);
    const mark = await cluster.audit.mark();
    const { code, stderr } = await plugin("apply", "-f", to);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/H31: .*node-03/)]);
    const written = await writes(cluster, mark);
    expect(written.filter((each) => each.includes("nodes/node-03"))).toEqual([]);
    expect(written.filter((each) => each.startsWith("delete pods/calico-node-"))).toHaveLength(2);
    const now = await images();
    expect([now["node-01"], now["node-02"]]).toEqual([
      expect.stringContaining("node:v3.30."),
      expect.stringContaining("node:v3.30."),
    ]);
    const set = await daemonSet(cluster);
    expect([at(set["spec"], "updateStrategy", "type"), ours(set)]).toEqual(["RollingUpdate", []]);
    const again = await runPlugin(cluster, ["plan", "-f", to]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("there is nothing to do")]);
    const status = await runPlugin(cluster, ["status"]);
    expect(status.stdout).not.toContain("changed after it started");
  });

  test("H31: a file whose affinity keeps calico-node off node-03 is the repair, and is accepted", async () => {
    const term = { matchExpressions: [{ key: type.key, operator: "NotIn", values: [type.value] }] };
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
    const objects = structuredClone(objectsIn(to)) as unknown as KubeObject[];
    const set = objects.find(({ kind }) => kind === "DaemonSet");
    Object.assign(at(set?.["spec"], "template", "spec") as object, { affinity: { nodeAffinity: required } });
    const file = join(bundles, "affinity.yaml");
    await writeFile(file, toYaml(objects));

    const { code, stderr } = await plugin("apply", "-f", file);
    expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
    await cluster.waitFor(
      "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
      (pods) => pods.length === 2,
      { what: "no calico-node for node-03 any more" },
    );
    const status = await runPlugin(cluster, ["status", "--wait"]);
    expect([status.code, status.stdout]).toEqual([0, expect.not.stringContaining("Wrong:")]);
  });
});
