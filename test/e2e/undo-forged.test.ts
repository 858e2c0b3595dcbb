/** H34: a bundle is a file that somebody hands over. What it says is not what is written. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashOf, openBundle } from "../../src/bundle/write.ts";
import type { Draft } from "../../src/model/draft.ts";
import type { KubeObject } from "../../src/model/kube.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { forgeEntry } from "../unit/bundle/forge.ts";
import { pluginRequests, writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const rbac = "rbac.authorization.k8s.io";
const view = `/apis/${rbac}/v1/clusterroles/view`;

describe.each(["1.36", "1.15"] as const)("undo of a forged bundle on Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  let folder: string;
  let uid: string;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Metadata" });
    uid = (await live("/api/v1/namespaces/kube-system")).metadata.uid ?? "";
  });
  afterAll(async () => {
    await cluster?.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "undo-forged-"));
    await cluster.apply([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "victim" } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "calico-config", namespace: "kube-system" } },
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "calico-etcd-secrets", namespace: "kube-system" },
        stringData: { key: "hunter2" },
      },
    ]);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) =>
    runPlugin(cluster, [...args, "--bundle-dir", join(folder, "own")]);

  const live = (path: string) => cluster.api.ask("GET", path) as Promise<KubeObject>;

  /** What a run of `command` would have left for these objects. */
  async function bundleOf(command: string, draft: Draft, written?: KubeObject): Promise<string> {
    const bundle = await openBundle(join(folder, "given"), {
      command,
      tool: "1.0.0",
      cluster: { uid, server: "https://10.0.0.1:6443", kubernetes: `v${kubeVersion}.0` },
      now: () => Date.parse("2026-05-01T12:00:00Z"),
    });
    await bundle.save([draft]);
    bundle.done(1, written);
    await bundle.close();
    return bundle.directory;
  }

  const config = {
    group: "",
    version: "v1",
    resource: "configmaps",
    kind: "ConfigMap",
    namespace: "kube-system",
    name: "calico-config",
  };

  /** Nothing is written, and nothing of the cluster is read that no undo reads. */
  async function refused(directory: string, why: RegExp, ...flags: readonly string[]): Promise<void> {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run("undo", directory, "-y", ...flags);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(why)]);
    expect(await writes(cluster, mark)).toEqual([]);
    const asked = (await pluginRequests(cluster, mark)).map(({ uri }) => uri);
    expect(asked.filter((uri) => /proxy|secrets|victim|crd\.projectcalico\.org\/v1\/\w/.test(uri))).toEqual(
      [],
    );
  }

  test("the way out of a version, a resource or a name leads nowhere", async () => {
    const before = await live("/api/v1/namespaces/kube-system/configmaps/calico-config");
    for (const fields of [
      { version: "v1/../../apis/crd.projectcalico.org/v1", resource: "ippools", name: "default-ipv4-ippool" },
      { resource: "nodes/node-01/proxy", name: "metrics" },
      { resource: "..", name: "victim" },
      { name: "../../namespaces/victim" },
      { namespace: "kube-system/../..", name: "victim" },
      { name: "x\nUndo nothing? " },
    ]) {
      const directory = await bundleOf("configmap", { action: "changed", ref: config, before });
      await forgeEntry(directory, fields);
      await refused(directory, /^error: the bundle \S+ cannot be used: index\.json lacks what it must hold/);
    }
  });

  test("a ConfigMap whose resource is said to be namespaces or secrets is a ConfigMap", async () => {
    const { namespace: _none, ...ref } = { ...config, name: "victim" };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "victim" } };
    const directory = await bundleOf("apply", { action: "created", ref, after: object });
    await forgeEntry(directory, { resource: "namespaces" });
    await refused(directory, /cannot be used: index\.json names ConfigMap "victim" without its namespace/);
    const secret = { ...config, name: "calico-etcd-secrets" };
    const map = { ...object, metadata: { name: secret.name, namespace: "kube-system" } };
    const changed: Draft = { action: "changed", ref: secret, before: map, after: map };
    const other = await bundleOf("configmap", changed, map);
    await forgeEntry(other, { resource: "secrets" });
    const mark = await cluster.audit.mark();
    const { stdout, stderr } = await run("undo", other, "--dry-run=client");
    expect(stdout + stderr).not.toMatch(/hunter2|aHVudGVyMg/);
    const asked = await pluginRequests(cluster, mark);
    expect(asked.filter(({ uri }) => uri.includes("/secrets"))).toEqual([]);
    expect((await live("/api/v1/namespaces/victim")).metadata).not.toHaveProperty("deletionTimestamp");
  });

  test("Namespaces and Secrets stay, and a Secret is not even read", async () => {
    const [namespace, secret] = [
      await live("/api/v1/namespaces/victim"),
      await live("/api/v1/namespaces/kube-system/secrets/calico-etcd-secrets"),
    ];
    const place = { group: "", version: "v1" };
    const drafts: readonly (readonly [Draft, KubeObject])[] = [
      [
        {
          action: "created",
          ref: { ...place, resource: "namespaces", kind: "Namespace", name: "victim" },
          after: namespace,
        },
        namespace,
      ],
      [
        {
          action: "created",
          ref: { ...config, resource: "secrets", kind: "Secret", name: "calico-etcd-secrets" },
          after: secret,
        },
        secret,
      ],
    ];
    for (const [draft, object] of drafts) {
      const directory = await bundleOf("apply", draft, object);
      const mark = await cluster.audit.mark();
      const forced = `--force=${[draft.ref.kind, draft.ref.namespace, draft.ref.name].filter(Boolean).join("/")}`;
      const { code, stderr } = await run("undo", directory, "-y", forced);
      expect([code, stderr]).toEqual([0, expect.stringMatching(/left as it is: [^]*nothing to undo/)]);
      expect(await writes(cluster, mark)).toEqual([]);
      const asked = await pluginRequests(cluster, mark);
      expect(asked.filter(({ uri }) => uri.includes("/secrets"))).toEqual([]);
    }
  });

  test("a ClusterRole of the cluster's own is written only where it is named; its name alone is not enough for others", async () => {
    const role = await live(view);
    const ref = { group: rbac, version: "v1", resource: "clusterroles", kind: "ClusterRole", name: "view" };
    const all = { ...role, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
    const directory = await bundleOf("apply", { action: "changed", ref, before: all, after: role }, role);
    await refused(
      directory,
      /ClusterRole\/view: it is not one of Calico's own objects; name it to restore it; [^]*--force=ClusterRole\/view/,
    );
    const asked = await run("undo", directory, "--force=ClusterRole/view");
    expect([asked.code, asked.stderr]).toEqual([
      1,
      expect.stringMatching(
        /Undo 1 object of apply from 2026-05-01T12:00:00Z:\n {2}restore ClusterRole\/view\nContinue on/,
      ),
    ]);
    expect(await live(view)).toEqual(role);
    const dry = await run("undo", directory, "-y", "--force=ClusterRole/view", "--dry-run=client");
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringContaining("clusterrole.rbac.authorization.k8s.io/view configured"),
    ]);
    await refused(
      await bundleOf("node", { action: "changed", ref, before: all, after: role }, role),
      /which node never does/,
    );
  });

  test("an object in a file that is another one than its entry says is refused", async () => {
    const before = await live("/api/v1/namespaces/kube-system/configmaps/calico-config");
    const elsewhere = { ...before, metadata: { ...before.metadata, namespace: "victim" } };
    const directory = await bundleOf("configmap", { action: "changed", ref: config, before: elsewhere });
    await refused(directory, /is not the ConfigMap "calico-config" that index\.json names/);
    expect(hashOf(elsewhere)).not.toBe(hashOf(before));
  });
});
