/** H20: a file that adds a calico-node DaemonSet for other nodes. `apply` makes it, `undo` takes it away. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { runPlugin } from "./support/plugin.ts";

const arch = "kubernetes.io/arch";

/** calico-node for one architecture, under a name of its own where it is not the first. */
function onlyOn(set: KubeObject, value: string, name = set.metadata.name): KubeObject {
  const copy = structuredClone(set) as unknown as KubeObject & {
    readonly metadata: { name: string };
    readonly spec: {
      readonly selector: { readonly matchLabels: Record<string, string> };
      readonly template: {
        readonly metadata: { readonly labels: Record<string, string> };
        readonly spec: { nodeSelector?: object };
      };
    };
  };
  copy.metadata.name = name;
  if (name !== set.metadata.name) {
    copy.spec.selector.matchLabels["k8s-app"] = name;
    copy.spec.template.metadata.labels["k8s-app"] = name;
  }
  copy.spec.template.spec.nodeSelector = { [arch]: value };
  return copy;
}

const isNode = ({ kind, metadata }: KubeObject): boolean =>
  kind === "DaemonSet" && metadata.name === "calico-node";

describe("a node of another architecture gets a calico-node of its own", { timeout: 180_000 }, () => {
  const sets = "/apis/apps/v1/namespaces/kube-system/daemonsets";
  let cluster: Cluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await startCluster({ kubeVersion: "1.36", nodes: [{}, {}, { architecture: "arm64" }] });
    folder = await mkdtemp(join(tmpdir(), "added-"));
    const old = hostedCalico({ version: "v3.29.7" });
    await cluster.apply(old.map((each) => (isNode(each) ? onlyOn(each, "amd64") : each)));
    await cluster.waitFor(sets, (all) => all.some(({ status }) => at(status, "numberReady") === 2), {
      what: "calico-node Ready on amd64",
    });
    await cluster.waitFor(
      "/apis/apps/v1/namespaces/kube-system/deployments",
      (all) => all.length > 0 && all.every(({ status }) => at(status, "readyReplicas") === 1),
      { what: "the controller Ready" },
    );
  });
  afterAll(() => cluster?.stop());

  async function file(selected: string): Promise<string> {
    const next = hostedCalico({ version: "v3.30.7" });
    const objects = next.flatMap((each) =>
      isNode(each) ? [onlyOn(each, "amd64"), onlyOn(each, selected, "calico-node-arm")] : [each],
    );
    const path = join(folder, `${selected}.yaml`);
    await writeFile(path, toYaml(objects));
    return path;
  }
  const plugin = (...args: readonly string[]) =>
    runPlugin(cluster, [...args, "-y", "--settle=0s", "--bundle-dir", join(folder, "bundles")]);
  const names = async (): Promise<readonly string[]> => {
    const all = (await cluster.api.ask("GET", sets)) as { readonly items: readonly KubeObject[] };
    return all.items.map(({ metadata }) => metadata.name);
  };

  test("two DaemonSets that would both run on a node are refused before the first write", async () => {
    const { code, stderr } = await plugin("apply", "-f", await file("amd64"));
    expect([code, stderr]).toEqual([1, expect.stringContaining("would both run calico-node on node-01")]);
    expect(await names()).toEqual(["calico-node"]);
  });

  test("what the plan says is made is made, with the last step; undo deletes it and gives the other one its former template", async () => {
    const { code, stderr } = await plugin("apply", "-f", await file("arm64"));
    expect([code, stderr]).toEqual([0, expect.stringContaining("saved in ")]);
    expect(await names()).toEqual(["calico-node", "calico-node-arm"]);
    await cluster.waitFor(
      sets,
      (all) => all.every(({ status }) => at(status, "numberReady") === at(status, "desiredNumberScheduled")),
      { what: "both are Ready" },
    );

    const bundle = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "no bundle";
    const undone = await plugin("undo", bundle, "--ignore-preflight-errors=H17");
    expect([undone.code, undone.stderr, undone.stdout]).toEqual([
      0,
      expect.any(String),
      expect.stringContaining("daemonset.apps/calico-node-arm deleted"),
    ]);
    expect(await names()).toEqual(["calico-node"]);
    const [left] = ((await cluster.api.ask("GET", sets)) as { readonly items: readonly KubeObject[] }).items;
    expect(at(left?.["spec"], "template", "spec", "containers", 0, "image")).toContain("node:v3.29.7");
  });
});
