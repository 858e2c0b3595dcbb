/**
 * A night on many nodes: one trouble after the other at moments that are drawn by lot (FAULTS_SEED), watched by
 * somebody who knows nothing of the program. A sample of nodes and troubles; with --all 300 nodes and all of them.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { at } from "../cluster/kube-object.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { nodeName, type NodeSpec } from "../cluster/nodes.ts";
import { type FaultProxy, startFaultProxy } from "../faults/proxy.ts";
import { drawFrom, sample, seed } from "../faults/sample.ts";
import { meetTroubles } from "../faults/troubled-fleet.ts";
import { paceOfTroubles, troubles } from "../faults/troubles.ts";
import { upstreamOf } from "../faults/upstream.ts";
import { startPlugin } from "./support/plugin.ts";
import { typhaDeployment } from "./support/typha.ts";
import { testCluster } from "./test-cluster.ts";

const isAll = process.env["TEST_ALL"] !== undefined;
const count = isAll ? 300 : 40;
const sampled = 4;
/** So many nodes come at a time: the kubelets of more starting together stand in each other's way. */
const atOnce = 40;
const user = "night";
const only = process.env["FAULTS_AT"];

const old = { version: "v3.29.6" } as const;
const next = { version: "v3.29.7" } as const;

const draw = drawFrom("fleet");
const limit = draw() < 0.5 ? 1 : 3;
const names = Object.keys(troubles);
const chosen = shuffled(
  only === undefined ? sample(names, sampled, draw) : names.filter((each) => each.includes(only)),
);

/** Three zones; of the control plane there are enough that something can happen to it. */
const nodes = Array.from({ length: count }, (_, index): NodeSpec => ({
  name: nodeName(index + 1),
  ...(index < 6 ? { roles: ["control-plane"] } : {}),
  labels: { "topology.kubernetes.io/zone": ["a", "b", "c"][index % 3] ?? "a" },
}));

let cluster: Cluster;
let proxy: FaultProxy;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fleet-troubles-"));
  cluster = await testCluster({
    kubeVersion: "1.36",
    nodes: nodes.slice(0, atOnce),
    audit: "Request",
    rareLeases: isAll,
  });
  const kubeconfig = await cluster.userKubeconfig({
    name: user,
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
  });
  proxy = await startFaultProxy({ ...upstreamOf(cluster), credentials: credentialsIn(kubeconfig) });
  await writeFile(join(folder, "next.yaml"), toYaml(hostedCalico(next)));
  await cluster.apply([...hostedCalico(old), typhaDeployment(old.version)]);
  await workloadsReady(cluster, 120_000);
  for (let from = atOnce; from < count; from += atOnce) {
    await cluster.addNodes(nodes.slice(from, from + atOnce));
    await workloadsReady(cluster, 120_000);
  }
}, 600_000);
afterAll(async () => {
  proxy?.stop();
  rmSync(folder, { recursive: true, force: true });
  await cluster?.stop();
});

test(
  `${String(count)} nodes and ${String(chosen.length)} kinds of trouble: each ends the run within 10 s, no invariant is broken, and the same command converges`,
  { retry: 0, timeout: isAll ? 3_600_000 : 180_000 },
  async () => {
    const cordoned = ["node-02", "node-11"];
    for (const name of cordoned)
      await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, { spec: { unschedulable: true } });
    const pace = Object.entries({
      timeout: paceOfTroubles.timeout,
      "max-gap": paceOfTroubles.maxGap,
      "api-outage": paceOfTroubles.apiOutage,
    }).map(([flag, millis]) => `--${flag}=${String(millis / 1000)}s`);
    const { broken, report } = await meetTroubles({
      cluster,
      proxy,
      draw,
      liberties: {
        cordonedByUser: new Set(cordoned),
        nodesDown: limit,
        inHands: new Set(),
        hurt: new Set(),
      },
      user,
      image: `calico/node:${next.version}`,
      limit,
      folder,
      apart: isAll ? 6 : 3,
      troubles: chosen,
      command: [
        "node",
        "--all",
        `--filename=${join(folder, "next.yaml")}`,
        `--bundle-dir=${join(folder, "bundles")}`,
        "--settle=0s",
        "--prepull=never",
        `--max-unavailable=${String(limit)}`,
        ...pace,
        "--ignore-preflight-errors=H17,H36",
        "-y",
      ],
      start: (args) =>
        startPlugin(cluster, args, { kubeconfig: proxy.kubeconfig, env: { XDG_STATE_HOME: folder } }),
    });
    const what = [`FAULTS_SEED=${String(seed)}, --max-unavailable=${String(limit)}`, ...report].join("\n");
    console.log(what);
    expect(broken, what).toEqual([]);
  },
);

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: draw() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function credentialsIn(kubeconfig: string): { readonly certificate: string; readonly key: string } {
  const [first] = (parse(readFileSync(kubeconfig, "utf8")) as { users: unknown[] }).users;
  const text = (name: string): string => Buffer.from(String(at(first, "user", name)), "base64").toString();
  return { certificate: text("client-certificate-data"), key: text("client-key-data") };
}
