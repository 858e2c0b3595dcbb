/** What is created for a run that goes on in the cluster: read by whoever reviews what gets rights there. */
import { expect, test } from "vitest";
import { formatYaml } from "../../../../src/manifest/yaml.ts";
import { at, listAt } from "../../../cluster/kube-object.ts";
import { rightsOfCommand } from "../../../../src/operations/role/command-rights.ts";
import { detachedObjects, detachedPod, type DetachedRun } from "../../../../src/plan/detach/objects.ts";

const run = (change: Partial<DetachedRun> = {}): DetachedRun => ({
  namespace: "kube-system",
  image: "registry.example/calico-upgrade:v1",
  args: ["node", "--all", "--until=2026-01-01T04:00:00Z", "--daemonset=kube-system/calico-node", "--yes"],
  command: { verb: "node", flags: { all: true, until: "04:00" } },
  rights: rightsOfCommand("node", { namespace: "kube-system", daemonSet: "calico-node" }),
  daemonSet: "apiVersion: apps/v1\nkind: DaemonSet\n",
  podTemplate: { spec: { containers: [{ name: "calico-node" }] } },
  by: "alice@laptop/1",
  ...change,
});

test("every object that a detached run creates, as it is reviewed", async () => {
  const text = detachedObjects(run())
    .map(({ object, owner }) => `# owner: ${owner ?? "none"}\n${formatYaml(object)}`)
    .join("---\n");
  await expect(text).toMatchFileSnapshot("../../../golden/detached-objects.yaml.txt");
});

test("its account cannot read a Secret, write a ConfigMap, or delete what was not created for it", () => {
  const rules = detachedObjects(run()).flatMap(({ object }) => listAt(object, "rules"));
  const verbsOn = (resource: string, named: boolean) =>
    rules
      .filter((rule) => listAt(rule, "resources").includes(resource))
      .filter((rule) => (at(rule, "resourceNames") !== undefined) === named)
      .flatMap((rule) => listAt(rule, "verbs"));
  expect(verbsOn("secrets", false)).toEqual([]);
  expect(verbsOn("secrets", true)).toEqual([]);
  const reads = ["get", "list", "watch"];
  for (const resource of [
    "configmaps",
    "jobs",
    "clusterroles",
    "clusterrolebindings",
    "roles",
    "rolebindings",
  ])
    expect([resource, verbsOn(resource, false).filter((verb) => !reads.includes(String(verb)))]).toEqual([
      resource,
      [],
    ]);
  expect(
    rules.some((rule) => listAt(rule, "verbs").some((verb) => verb === "escalate" || verb === "bind")),
  ).toBe(false);
});

test("the pod does not move with a cordon or a node that is NotReady for a while, and does with a silent one", () => {
  const tolerations = listAt(detachedPod(run()), "spec", "tolerations");
  expect(tolerations[0]).toEqual({ operator: "Exists" });
  expect(tolerations.slice(1)).toEqual([
    expect.objectContaining({ key: "node.kubernetes.io/unreachable", tolerationSeconds: 60 }),
  ]);
});

test("with the eBPF dataplane the pod reaches the API server as calico-node does, past the Service that Calico serves", () => {
  const endpoint = { configMapRef: { name: "kubernetes-services-endpoint", optional: true } };
  const other = { configMapRef: { name: "calico-config" } };
  const host = { name: "KUBERNETES_SERVICE_HOST", value: "10.0.0.1" };
  const container = {
    name: "calico-node",
    envFrom: [endpoint, other],
    env: [host, { name: "IP", value: "x" }],
  };
  const podTemplate = { spec: { imagePullSecrets: [{ name: "pull" }], containers: [container] } };
  const pod = detachedPod(run({ podTemplate }));
  expect(at(pod, "spec", "containers", 0, "envFrom")).toEqual([endpoint]);
  expect(listAt(pod, "spec", "containers", 0, "env").slice(-1)).toEqual([host]);
  expect(at(pod, "spec", "imagePullSecrets")).toEqual([{ name: "pull" }]);
});

test("without -f there is no ConfigMap, and the pod asks for none", () => {
  const { daemonSet: _none, ...rest } = run();
  const objects = detachedObjects(rest);
  expect(objects.map(({ kind }) => kind)).not.toContain("configMap");
  expect(listAt(detachedPod(rest), "spec", "containers", 0, "args")).not.toContain("-f");
});
