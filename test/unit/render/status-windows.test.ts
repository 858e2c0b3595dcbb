/** Calico on Windows nodes: shown with the nodes that it serves, and never taken for a second calico-node. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import { runsCalicoNode } from "../../../src/model/install.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { isCalicoForWindows } from "../../../src/model/windows.ts";
import { printed } from "../../../src/render/output.ts";
import { printableStatus } from "../../../src/render/status/print.ts";
import { windowsCalico } from "../../calico/windows-calico.ts";
import { aHealthyCluster, aNode, forbidden, type ClusterSpec } from "../build/a-cluster.ts";
import { statusOf } from "./status-of.ts";

async function print(spec: ClusterSpec): Promise<string> {
  const text = await printed({ format: "table" }, printableStatus(statusOf(spec), { noHeaders: false }));
  if (!text.ok) throw new Error(text.message);
  return text.value;
}

const healthy = aHealthyCluster();
const windowsNode = (name: string, labels = {}) =>
  aNode(name, { labels: { "kubernetes.io/os": "windows", ...labels } });
const linux = healthy.nodes as readonly KubeObject[];
const sets = healthy.daemonSets as readonly KubeObject[];
const calicoFor = (...args: Parameters<typeof windowsCalico>) =>
  windowsCalico(...args) as unknown as KubeObject;
const windows = calicoFor("v3.25.2");
const mixed = {
  ...healthy,
  nodes: [...linux, windowsNode("win-01"), windowsNode("win-02")],
  daemonSets: [...sets, windows],
};

test("status shows it with the nodes that it serves, and what does not upgrade it", async () => {
  await expect(await print(mixed)).toMatchFileSnapshot("../../golden/status-windows.table.txt");
  expect(statusOf(mixed).windows).toEqual({
    daemonSets: [
      {
        namespace: "kube-system",
        name: "calico-node-windows",
        image: "calico/windows:v3.25.2",
        version: "v3.25.2",
        ready: 2,
        desired: 2,
        nodes: ["win-01", "win-02"],
      },
    ],
    unserved: [],
  });
});

test("H20: it is no second calico-node: the install is one, done stays done, and nothing has to be chosen", () => {
  const status = statusOf(mixed);
  expect(status.install.kind).toBe("manifest");
  expect(status.daemonSets.map(({ name }) => name)).toEqual(["calico-node"]);
  expect([status.done, status.problems]).toEqual([true, []]);
  expect(status.nodes.find(({ name }) => name === "win-01")).toMatchObject({ expected: false, todo: false });
});

test("a Windows node that none of them wants a pod on is named; of what runs there nothing is known", async () => {
  const pool = calicoFor("v3.25.2", { nodeSelector: { "kubernetes.io/os": "windows", pool: "a" } });
  const nodes = [...linux, windowsNode("win-01", { pool: "a" }), windowsNode("win-02")];
  const text = await print({ ...mixed, nodes, daemonSets: [...sets, pool] });
  expect(text).toContain("serves 1 node (win-01)");
  expect(text).toContain("no DaemonSet of Calico serves 1 node (win-02); what runs there is unknown");
  expect(await print({ ...mixed, daemonSets: sets })).toContain(
    "no DaemonSet of Calico serves 2 nodes (win-01, win-02)",
  );
});

test("where nodes cannot be read it is unknown which it serves; where DaemonSets cannot, nothing is said", async () => {
  const blind = { ...mixed, nodes: forbidden("nodes") };
  expect(statusOf(blind).windows).toMatchObject({
    daemonSets: [{ nodes: "unknown" }],
    unserved: "unknown",
  });
  expect(await print(blind)).toContain("calico-node-windows (v3.25.2) serves nodes that are unknown");
  expect(statusOf({ ...mixed, daemonSets: forbidden("daemonsets") }).windows).toBeUndefined();
});

test("a cluster without Windows has no line about it", async () => {
  expect(await print(healthy)).not.toMatch(/windows/i);
});

describe("what is Calico for Windows", () => {
  const template = (image: string, name = "node", nodeSelector = {}) =>
    templateFacts({ spec: { nodeSelector, containers: [{ name, image }] } });

  test.each([
    "calico/windows:v3.25.2",
    "docker.io/calico/windows:v3.20.0",
    "quay.io/calico/node-windows:v3.30.0",
    "registry.example.org:5000/mirror/calico-node-windows:v3.30.0",
    "rancher/mirrored-calico-node-windows:v3.30.0",
  ])("%s", (image) => {
    expect([isCalicoForWindows(template(image)), runsCalicoNode(template(image))]).toEqual([true, false]);
    // Also where somebody has given the container Linux's name.
    expect(runsCalicoNode(template(image, "calico-node"))).toBe(false);
  });

  test("a container calico-node of any image that is placed on Windows nodes alone", () => {
    const os = { "beta.kubernetes.io/os": "windows" };
    const own = template("registry.example.org/cn:7", "calico-node", os);
    expect([isCalicoForWindows(own), runsCalicoNode(own)]).toEqual([true, false]);
  });

  test.each([
    "mcr.microsoft.com/windows/servercore:ltsc2022",
    "example.org/kube-proxy-windows:v1.30",
    "calico/node:v3.30.0",
  ])("not %s", (image) => expect(isCalicoForWindows(template(image))).toBe(false));
});
