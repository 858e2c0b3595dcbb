/** `undo` on a real server: what a run of migrate-policy took away comes back, and only where it may. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { indexChecksum } from "../../src/bundle/check.ts";
import type { BundleIndex } from "../../src/bundle/format.ts";
import { sha256 } from "../../src/bundle/write.ts";
import type { BundleList, UndoResult } from "../../src/render/undo/kind.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import {
  annotationKey,
  createPod,
  createPolicy,
  defaultDeny,
  emptyNamespace,
  installNewCalico,
  installOldCalico,
  policiesOf,
  rawCluster,
} from "./support/policy-cluster.ts";
import { testCluster } from "./test-cluster.ts";

const folder = mkdtempSync(join(tmpdir(), "undo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["1.36", "1.15"] as const)("undo of migrate-policy on Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  let bundles: string;
  /** The directory of the migration's bundle. */
  let directory: string;
  let before: readonly object[];
  let count = 0;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion });
    await installOldCalico(cluster, "kubernetes");
  });
  afterAll(async () => {
    await cluster?.stop();
  });
  beforeEach(async () => {
    count += 1;
    bundles = join(folder, `${kubeVersion}-${String(count)}`);
    await emptyNamespace(cluster, "bank", { [annotationKey]: defaultDeny });
    await emptyNamespace(cluster, "shop");
    await createPod(cluster, "bank", "bank-1", { app: "bank" });
    await createPod(cluster, "shop", "shop-1", { app: "shop" });
    await createPolicy(cluster, "shop", "web", { podSelector: {}, ingress: [] }, { labels: { mine: "yes" } });
    before = policiesOf(await rawCluster(cluster));
    const { code, stderr } = await run("migrate-policy", "-y");
    if (code !== 0) throw new Error(stderr);
    directory = /saved in (\S+);/.exec(stderr)?.[1] ?? "";
  });

  async function run(...args: readonly string[]) {
    return await runPlugin(cluster, [...args, "--bundle-dir", bundles]);
  }

  async function policies(): Promise<readonly object[]> {
    return policiesOf(await rawCluster(cluster));
  }

  function policyPath(namespace: string, name: string): string {
    return `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`;
  }

  test("what was deleted is there again, label for label, and what was created is gone; undo can be undone", async () => {
    const { code, stdout, stderr } = await run("undo", directory, "-y");
    expect([code, lines(stdout).toSorted()]).toEqual([
      0,
      [
        "networkpolicy.networking.k8s.io/default-deny deleted from bank namespace",
        "networkpolicy.networking.k8s.io/web created in shop namespace",
      ],
    ]);
    expect(await policies()).toEqual(before);
    const { metadata } = (await cluster.api.ask("GET", policyPath("shop", "web"))) as KubeObject;
    expect(metadata.labels).toEqual({ mine: "yes" });
    const own = /saved in (\S+);/.exec(stderr)?.[1] ?? "";
    expect(own).toMatch(/-undo-[0-9a-f]{6}$/);
    expect((await run("undo", own, "-y")).code).toBe(0);
    expect(await policies()).not.toEqual(before);
  });

  test.each(["client", "server"])("--dry-run=%s says what would be done and does nothing", async (kind) => {
    const was = await policies();
    const { code, stdout } = await run("undo", directory, `--dry-run=${kind}`);
    expect(code).toBe(0);
    expect(lines(stdout)).toHaveLength(2);
    expect(stdout).toContain(kind === "client" ? " (dry run)" : " (server dry run)");
    expect(await policies()).toEqual(was);
  });

  test("without -y and without a terminal nothing is done", async () => {
    const was = await policies();
    const { code, stderr } = await run("undo", directory);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Undo 2 changes of migrate-policy from \S+:\n {2}delete NetworkPolicy\/\S+\n {2}create NetworkPolicy\/\S+\nContinue.*\? No terminal to ask on: add -y/,
    );
    expect(await policies()).toEqual(was);
  });

  test("what somebody has changed since is refused with the difference, and forced object by object", async () => {
    await createPolicy(cluster, "shop", "web", { podSelector: { matchLabels: { app: "new" } } });
    await cluster.api.ask("PATCH", policyPath("bank", "default-deny"), { spec: { ingress: [{}] } });
    const was = await policies();
    const refused = await run("undo", directory, "-y");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(
      /NetworkPolicy\/shop\/web: somebody has made another one under its name since: .*is now .*"app":"new"/,
    );
    expect(refused.stderr).toMatch(/NetworkPolicy\/bank\/default-deny: somebody has changed it since/);
    expect(await policies()).toEqual(was);
    const force = ["--force=NetworkPolicy/shop/web", "--force=NetworkPolicy/bank/default-deny"];
    const { code, stdout } = await run("undo", directory, "-y", ...force);
    expect([code, lines(stdout).toSorted()]).toEqual([
      0,
      [
        "networkpolicy.networking.k8s.io/default-deny deleted from bank namespace",
        "networkpolicy.networking.k8s.io/web configured in shop namespace",
      ],
    ]);
    expect(await policies()).toEqual(before);
  });

  test("a policy of another maker under the name of ours is left alone", async () => {
    await cluster.api.ask("DELETE", policyPath("bank", "default-deny"));
    await createPolicy(cluster, "bank", "default-deny", { podSelector: {} });
    const { code, stderr } = await run("undo", directory, "-y");
    expect(code).toBe(0);
    expect(stderr).toContain(
      "NetworkPolicy/bank/default-deny left as it is: what stands there now is not what the run made",
    );
    expect(await policies()).toContainEqual(
      expect.objectContaining({ namespace: "bank", name: "default-deny" }),
    );
  });

  test("H04: under v1 semantics policies do not come back, and a flow that would change is named", async () => {
    onTestFinished(() => installOldCalico(cluster, "kubernetes"));
    await installNewCalico(cluster, "kubernetes");
    const was = await policies();
    const refused = await run("undo", directory, "-y");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(
      /NetworkPolicy\/shop\/web: v1 semantics are in force .* to shop\/\*: allow becomes deny/,
    );
    expect(refused.stderr).toMatch(
      /NetworkPolicy\/bank\/default-deny: v1 semantics are in force .* to bank\/\*.* deny becomes allow/,
    );
    expect(refused.stderr).toMatch(/--force=(bank|shop) --force=(bank|shop)/);
    expect(await policies()).toEqual(was);
    const { code, stdout } = await run("undo", directory, "-y", "--force=shop", "--force=bank");
    expect([code, lines(stdout).length]).toEqual([0, 2]);
    expect(await policies()).toEqual(before);
  });

  test("a damaged bundle, one of another cluster, and none at all are refused before anything is asked", async () => {
    const was = await policies();
    const [object = ""] = readdirSync(join(directory, "objects"));
    const path = join(directory, "objects", object);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("podSelector", "podselector"));
    const damaged = await run("undo", directory, "-y");
    expect([damaged.code, damaged.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot be used: objects\/.* is not what was saved \(checksum\)/),
    ]);
    writeFileSync(path, text);
    const index = join(directory, "index.json");
    const saved = JSON.parse(readFileSync(index, "utf8")) as BundleIndex;
    const elsewhere = { ...saved, cluster: { ...saved.cluster, uid: "another" } };
    writeFileSync(index, JSON.stringify({ ...elsewhere, checksum: indexChecksum(elsewhere, sha256) }));
    const other = await run("undo", directory, "-y");
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("is of another cluster (https://"),
    ]);
    writeFileSync(index, JSON.stringify(saved));
    const unknown = await run("undo", "20200101T000000Z-migrate-policy-000000", "-y");
    expect(unknown.stderr).toContain(
      'no bundle "20200101T000000Z-migrate-policy-000000"; list them: kubectl calico-upgrade undo --list',
    );
    const nothing = await run("undo", "-y");
    expect(nothing.stderr).toContain("undo takes one BUNDLE");
    const force = await run("undo", directory, "-y", "--force=nowhere");
    expect(force.stderr).toContain("--force=nowhere: the bundle holds no such object");
    expect([unknown.code, nothing.code, force.code]).toEqual([1, 1, 1]);
    expect(await policies()).toEqual(was);
  });

  test("--list shows every bundle, also one that cannot be used, and its name is enough", async () => {
    const { code, stdout } = await run("undo", "--list", "-o", "json");
    const list = JSON.parse(stdout) as BundleList;
    expect(schemaErrorsOf("bundle-list", list)).toEqual([]);
    expect([code, list.items.map((item) => [item.directory, item.command, item.entries])]).toEqual([
      0,
      [[directory, "migrate-policy", 2]],
    ]);
    const table = await run("undo", "--list");
    expect(lines(table.stdout)[1]).toMatch(/^\S+-migrate-policy-\S+ +migrate-policy +\S+Z +ended +2$/);
    const undone = await run("undo", list.items[0]?.run ?? "", "-y", "-o", "json");
    const result = JSON.parse(undone.stdout) as UndoResult;
    expect(schemaErrorsOf("undo", result)).toEqual([]);
    expect(result.entries.map(({ result: what }) => what).toSorted()).toEqual(["created", "deleted"]);
    writeFileSync(join(directory, "index.json"), "{");
    const damaged = await run("undo", "--list");
    expect([damaged.code, lines(damaged.stdout)[1]]).toEqual([0, expect.stringMatching(/damaged/)]);
    expect(damaged.stderr).toContain("index.json is not JSON");
  });
});
