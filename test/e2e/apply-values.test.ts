/** `apply` that changes values of the ConfigMap: what reads them is restarted, also when the run was killed before. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type KubeObject, listAt } from "../cluster/kube-object.ts";
import { leasesExpire } from "../faults/lease.ts";
import { writes } from "./support/calico-cluster.ts";
import { mostAtOnce } from "./support/controllers.ts";
import { interpose } from "./support/interposer.ts";
import { runPlugin, type Running, startPlugin } from "./support/plugin.ts";
import { secondsPass } from "./support/seconds-pass.ts";
import { typhaDeployment } from "./support/typha.ts";
import { testCluster } from "./test-cluster.ts";

const calico = { version: "v3.29.7", datastore: "etcd" } as const;
const changed = { etcd_endpoints: "http://10.0.0.8:2379", veth_mtu: "1400" };

let cluster: Cluster;
let folder: string;
const files = { old: "", next: "" };

beforeAll(async () => {
  cluster = await testCluster({ nodes: 2, audit: "Metadata" });
  folder = await mkdtemp(join(tmpdir(), "apply-values-"));
  files.old = await file("old", {});
  files.next = await file("next", changed);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster?.stop();
});

/** Calico whose controller reads the endpoints, and whose Typha reads the MTU. */
async function file(name: string, values: Readonly<Record<string, string>>): Promise<string> {
  const configMapKeyRef = { name: "calico-config", key: "veth_mtu" };
  const objects = hostedCalico(calico).map((object) =>
    object.kind === "ConfigMap"
      ? { ...object, data: { ...(object["data"] as Readonly<Record<string, string>>), ...values } }
      : object,
  );
  const path = join(folder, `${name}.yaml`);
  const typha = typhaDeployment(calico.version, [{ name: "MTU", valueFrom: { configMapKeyRef } }]);
  await writeFile(path, toYaml([...objects, typha]));
  return path;
}

async function installed(...how: readonly string[]): Promise<void> {
  await cluster.resetCalico();
  const { code, stderr } = await cluster.kubectl(["apply", ...how, "-f", files.old]);
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
  await secondsPass(cluster);
}

/** That the endpoints change is what is asked for here (M11); BGP peers are no part of it (H17). */
const meant = ["-y", "--settle=0s", "--ignore-preflight-errors=all"];
const placed = (...args: readonly string[]) => [...args, ...meant, "--bundle-dir", join(folder, "bundles")];
const apply = () => runPlugin(cluster, placed("apply", "-f", files.next));

/** UIDs of Calico's pods that are not on their way out, by what they belong to. */
async function pods(): Promise<Readonly<Record<"node" | "controller" | "typha", readonly string[]>>> {
  const items = listAt(
    await cluster.api.ask("GET", "/api/v1/namespaces/kube-system/pods"),
    "items",
  ) as KubeObject[];
  const of = (app: string) =>
    items
      .filter(
        ({ metadata }) => metadata.labels?.["k8s-app"] === app && metadata.deletionTimestamp === undefined,
      )
      .map(({ metadata }) => metadata.uid ?? "")
      .toSorted();
  return { node: of("calico-node"), controller: of("calico-kube-controllers"), typha: of("calico-typha") };
}

async function known(): Promise<readonly unknown[]> {
  const { stdout } = await runPlugin(cluster, ["status", "-o", "json"]);
  return (JSON.parse(stdout) as { nodes: { configCurrent: unknown }[] }).nodes.map(
    ({ configCurrent }) => configCurrent,
  );
}

/** Killed once the server has taken the values, before anything reads them. */
async function killedAtTheValues(): Promise<void> {
  const under: { way?: Running } = {};
  const between = await interpose(cluster, async ({ method, path, body, forward }) => {
    // What happens after this moment is not looked at.
    if (path.includes("watch=")) return "stream";
    const values = method === "PATCH" && path.includes("/configmaps/") && body.includes("10.0.0.8");
    if (!values || path.includes("dryRun")) return await forward();
    await forward();
    under.way?.signal("SIGKILL");
    return undefined;
  });
  under.way = startPlugin(cluster, placed("apply", "-f", files.next), between);
  await under.way.ended.catch(() => undefined);
}

describe.each([
  ["client-side", []],
  ["server-side", ["--server-side"]],
] as const)("applied %s", (_owner, how) => {
  test("H25: killed after the values were written: status knows, and the same command restarts what reads them", async () => {
    await installed(...how);
    const before = await pods();
    await killedAtTheValues();
    expect(await pods()).toEqual(before);
    expect(await known()).toEqual([false, false]);

    // Before that the same command names the process, which may still live (H13).
    await leasesExpire(cluster);
    const { result, most } = await mostAtOnce(cluster, apply);
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    expect(result.stderr).toContain(
      "restart what runs with older values of the ConfigMap: calico-typha, the controller",
    );
    for (const line of [
      "deployment.apps/calico-typha restarted",
      "deployment.apps/calico-kube-controllers restarted",
      "node/node-01 uncordoned",
      "node/node-02 uncordoned",
    ])
      expect(result.stdout).toContain(`${line}\n`);
    expect(most).toBeLessThanOrEqual(1);
    const after = await pods();
    for (const part of ["node", "controller", "typha"] as const) {
      expect(after[part]).toHaveLength(before[part].length);
      for (const uid of after[part]) expect(before[part]).not.toContain(uid);
    }
    const mark = await cluster.audit.mark();
    expect(await apply()).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("nothing to do") as string,
    });
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

test("H25: configmap goes on with what apply was killed in, too", async () => {
  await installed();
  const before = await pods();
  await killedAtTheValues();
  const values = Object.entries(changed).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const { code, stdout, stderr } = await runPlugin(cluster, placed("configmap", ...values, "--take-over"));
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(stdout).toContain("deployment.apps/calico-typha restarted\n");
  const after = await pods();
  for (const uid of Object.values(after).flat()) expect(Object.values(before).flat()).not.toContain(uid);
});
