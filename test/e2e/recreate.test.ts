/** What the server never changes is recreated by `apply --recreate`, and by `undo` what it was. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { writes } from "./support/calico-cluster.ts";
import { mostAtOnce } from "./support/controllers.ts";
import { installed } from "./support/installed.ts";
import { interpose } from "./support/interposer.ts";
import { runPlugin, type Running, startPlugin } from "./support/plugin.ts";
import { selectedAnew } from "./support/selected.ts";
import { typhaDeployment } from "./support/typha.ts";
import { testCluster } from "./test-cluster.ts";

const version = "v3.29.7";
const deployments = "/apis/apps/v1/namespaces/kube-system/deployments";
const typha = `${deployments}/calico-typha`;
const controller = `${deployments}/calico-kube-controllers`;

let cluster: Cluster;
let folder: string;
const files = { old: "", next: "" };

beforeAll(async () => {
  cluster = await testCluster({ nodes: 1, audit: "Request" });
  folder = await mkdtemp(join(tmpdir(), "recreate-"));
  const objects = [...hostedCalico({ version }), typhaDeployment(version)];
  files.old = join(folder, "old.yaml");
  files.next = join(folder, "next.yaml");
  await writeFile(files.old, toYaml(objects));
  await writeFile(files.next, toYaml(objects.map(recreated)));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster?.stop();
});

/** Another selector for every Deployment, another role for the controller's binding. */
function recreated(object: KubeObject): KubeObject {
  const { name } = object.metadata;
  if (object.kind === "ClusterRoleBinding" && name === "calico-kube-controllers")
    return { ...object, roleRef: { ...(object["roleRef"] as object), name: "cluster-admin" } };
  return selectedAnew(object);
}

const placed = (...args: readonly string[]) => [
  ...args,
  "-y",
  "--settle=0s",
  "--ignore-preflight-errors=all",
  "--bundle-dir",
  join(folder, "bundles"),
];
const run = (...args: readonly string[]) => runPlugin(cluster, placed(...args));
const bundleIn = (stderr: string) => /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "no bundle named";
const get = async (path: string) => (await cluster.api.ask("GET", path)) as KubeObject;
const generation = async (path: string) =>
  at(await get(path), "spec", "selector", "matchLabels", "generation");
const role = async () =>
  at(
    await get("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/calico-kube-controllers"),
    "roleRef",
    "name",
  );

async function fresh(): Promise<void> {
  await cluster.resetCalico();
  const { code, stderr } = await cluster.kubectl(["apply", "-f", files.old]);
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
}

test("Typha, controller and binding are made anew, each by its UID and saved first; undo makes the former ones anew", async () => {
  await fresh();
  const before = await installed(cluster);
  const start = await cluster.audit.mark();
  const refused = await run("apply", "-f", files.next);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("--recreate deletes and creates"),
  ]);
  for (const each of ["calico-typha", "calico-kube-controllers"])
    expect(refused.stderr).toContain(`deployment.apps/${each}: spec.selector is `);
  expect(await writes(cluster, start)).toEqual([]);

  const mark = await cluster.audit.mark();
  const upgrade = await mostAtOnce(cluster, () => run("apply", "-f", files.next, "--recreate"));
  expect([upgrade.result.code, upgrade.result.stderr]).toEqual([0, expect.any(String)]);
  expect(upgrade.most).toBeLessThanOrEqual(1);
  expect([await generation(typha), await generation(controller), await role()]).toEqual([
    "second",
    "second",
    "cluster-admin",
  ]);
  expect(await deletesByUid(mark)).toBe(3);
  // What kubectl itself never calls unchanged (defaults that are spelled out) it does not call so now.
  const { stdout } = await cluster.kubectl(["apply", "-f", files.next]);
  expect((await cluster.kubectl(["apply", "-f", files.next])).stdout).toBe(stdout);

  const bundle = bundleIn(upgrade.result.stderr);
  const again = await cluster.audit.mark();
  const back = await mostAtOnce(cluster, () => run("undo", bundle));
  expect([back.result.code, back.result.stderr]).toEqual([0, expect.any(String)]);
  expect(back.most).toBeLessThanOrEqual(1);
  expect(await installed(cluster)).toEqual(before);
  expect(await deletesByUid(again)).toBe(3);
  expect(back.result.stdout).toContain("deployment.apps/calico-typha created");
  expect((await run("undo", bundle)).stderr).toContain("nothing to undo");
});

test("killed between the delete and the create: the same command creates it, and undo brings the former back", async () => {
  await fresh();
  const before = await installed(cluster);
  const under: { way?: Running } = {};
  const between = await interpose(cluster, async ({ method, path, forward }) => {
    if (method !== "DELETE" || !path.includes("calico-typha") || path.includes("dryRun")) {
      if (path.includes("watch=")) return "stream";
      return await forward();
    }
    await forward();
    under.way?.signal("SIGKILL");
    return undefined;
  });
  under.way = startPlugin(cluster, placed("apply", "-f", files.next, "--recreate"), between);
  await under.way.ended.catch(() => undefined);
  const { stdout: listed } = await run("undo", "--list", "-o", "json");
  const killed = (JSON.parse(listed) as { items: { directory: string; ended?: string }[] }).items.findLast(
    ({ ended }) => ended === undefined,
  );
  const { code, stderr } = await run("apply", "-f", files.next, "--recreate", "--take-over");
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(await generation(typha)).toBe("second");
  // The later run made it: its bundle first, then what the killed one had taken away.
  const last = await run("undo", bundleIn(stderr));
  expect([last.code, last.stderr]).toEqual([0, expect.any(String)]);
  const first = await run("undo", killed?.directory ?? "");
  expect([first.code, first.stderr]).toEqual([0, expect.any(String)]);
  expect(await installed(cluster)).toEqual(before);
});

/** How many objects the plugin has deleted; each exactly as it was looked at. */
async function deletesByUid(mark: Awaited<ReturnType<Cluster["audit"]["mark"]>>): Promise<number> {
  const seen = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
  const deletes = seen.filter(
    ({ verb, uri, objectRef }) =>
      verb === "delete" && !uri.includes("dryRun") && objectRef?.["resource"] !== "pods",
  );
  for (const { requestObject } of deletes)
    expect(at(requestObject, "preconditions", "uid")).toMatch(/^[0-9a-f-]{36}$/);
  return deletes.length;
}

test("a Secret of another type is left alone; only --with-secrets makes it anew, and says that its values are lost", async () => {
  await fresh();
  const place = "/api/v1/namespaces/kube-system/secrets";
  const secret = (type: string, value: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "calico-etcd-secrets", namespace: "kube-system" },
    type,
    data: { "etcd-key": Buffer.from(value).toString("base64") },
  });
  const path = `${place}/calico-etcd-secrets`;
  await cluster.api.ask("POST", place, secret("Opaque", "hunter2"));
  try {
    const { uid } = (await get(path)).metadata;
    const file = join(folder, "secret.yaml");
    const objects = [...hostedCalico({ version }), typhaDeployment(version)];
    await writeFile(file, toYaml([...objects, secret("example.org/other", "new")]));
    expect(await run("apply", "-f", file, "--recreate")).toMatchObject({ code: 0 });
    expect((await get(path)).metadata.uid).toBe(uid);
    const refused = await run("apply", "-f", file, "--with-secrets");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("but for a Secret's values, which undo cannot restore"),
    ]);
    expect((await get(path)).metadata.uid).toBe(uid);
    const both = await run("apply", "-f", file, "--with-secrets", "--recreate");
    expect([both.code, both.stderr]).toEqual([
      0,
      expect.stringContaining("undo cannot restore Secrets: their values are not saved"),
    ]);
    expect((await get(path)).metadata.uid).not.toBe(uid);
  } finally {
    await cluster.request("DELETE", path);
  }
});
