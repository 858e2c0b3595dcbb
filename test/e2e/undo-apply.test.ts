/** `undo` of a whole `apply` on real servers: everything as it was, node by node, and nobody else's change lost. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { nodes, podOf, writes } from "./support/calico-cluster.ts";
import { installed } from "./support/installed.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

interface Story {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
}

const stories: readonly Story[] = [
  { kubeVersion: "1.36", old: { version: "v3.29.7" }, next: { version: "v3.30.7" } },
  {
    kubeVersion: "1.15",
    old: { version: "v2.4.1", datastore: "etcd" },
    next: { version: "v2.5.1", datastore: "etcd" },
  },
];

describe.each(stories)(
  "Kubernetes $kubeVersion, $next.version → $old.version",
  ({ kubeVersion, old, next }) => {
    let cluster: Cluster;
    let folder: string;
    let bundles: string;
    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion, audit: "Metadata" });
      folder = await mkdtemp(join(tmpdir(), "undo-"));
      bundles = join(folder, "bundles");
      await writeFile(join(folder, "old.yaml"), toYaml(hostedCalico(old)));
      await writeFile(join(folder, "next.yaml"), toYaml(hostedCalico(next)));
    });
    afterAll(() => cluster?.stop());
    beforeEach(async () => {
      await cluster.resetCalico();
      const { code, stderr } = await cluster.kubectl([
        "apply",
        "--validate=false",
        "-f",
        join(folder, "old.yaml"),
      ]);
      if (code !== 0) throw new Error(stderr);
      await workloadsReady(cluster);
    });

    const run = (...args: readonly string[]) => runPlugin(cluster, [...args, "--bundle-dir", bundles], {});
    /** Right after an upgrade: BGP peers are no part of the test (H17). */
    const undo = (bundle: string, ...args: readonly string[]) =>
      run("undo", bundle, "-y", "--settle=0s", "--ignore-preflight-errors=H17", ...args);
    async function upgraded(): Promise<string> {
      const { code, stderr } = await run("apply", "-f", join(folder, "next.yaml"), "-y", "--settle=0s");
      if (code !== 0) throw new Error(stderr);
      return /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
    }
    const imageOnNode = async (node: string) =>
      at(await podOf(cluster, node), "spec", "containers", 0, "image");

    // Procedure: (Going back, which the document has nothing on)
    test("everything is as it was before the run, last-applied included, and the nodes run the old release", async () => {
      const before = await installed(cluster);
      const image = await imageOnNode("node-01");
      const bundle = await upgraded();
      expect(await installed(cluster)).not.toEqual(before);
      const { code, stdout, stderr } = await undo(bundle);
      expect([code, stderr]).toEqual([0, expect.stringContaining("P11")]);
      expect(stdout).toContain("node/node-03 uncordoned");
      expect(await installed(cluster)).toEqual(before);
      for (const node of nodes) expect(await imageOnNode(node)).toBe(image);
      // A second time there is nothing left.
      const again = await undo(bundle);
      expect([again.code, again.stdout, again.stderr]).toEqual([
        0,
        "",
        expect.stringContaining("nothing to undo"),
      ]);
    });

    test("H03: what somebody has changed since is refused with the difference, nothing is written; --force takes it", async () => {
      const bundle = await upgraded();
      const set = "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node";
      await cluster.api.ask("PATCH", set, { metadata: { labels: { mine: "yes" } } });
      const mark = await cluster.audit.mark();
      const { code, stderr } = await run("undo", bundle, "-y");
      expect(code).toBe(1);
      expect(stderr).toContain('+ .metadata.labels.mine: "yes"');
      expect(stderr).toContain("--force=DaemonSet/kube-system/calico-node");
      expect(await writes(cluster, mark)).toEqual([]);
      const forced = await undo(bundle, "--force=DaemonSet/kube-system/calico-node");
      expect([forced.code, forced.stderr]).toEqual([0, expect.any(String)]);
    });

    test("a run that was killed in the middle is taken back, too", async () => {
      const before = await installed(cluster);
      const image = await imageOnNode("node-01");
      const running = startPlugin(cluster, [
        "apply",
        "-f",
        join(folder, "next.yaml"),
        "-y",
        "--settle=0s",
        "--bundle-dir",
        bundles,
      ]);
      await running.says(/node\/node-01 uncordoned/);
      running.signal("SIGKILL");
      await running.ended.catch(() => undefined);
      const { stdout } = await run("undo", "--list", "-o", "json");
      const listed = (
        JSON.parse(stdout) as {
          readonly items: readonly { readonly directory: string; readonly ended?: string }[];
        }
      ).items;
      const killed = listed.findLast(({ ended }) => ended === undefined);
      const { code, stderr } = await undo(killed?.directory ?? "");
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      expect(await installed(cluster)).toEqual(before);
      for (const node of nodes) expect(await imageOnNode(node)).toBe(image);
    });

    test("--dry-run writes nothing, and undo of undo brings the new release back", async () => {
      const bundle = await upgraded();
      const after = await installed(cluster);
      const dry = await undo(bundle, "--dry-run=server");
      expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining("(server dry run)")]);
      expect(await installed(cluster)).toEqual(after);
      const { stderr } = await undo(bundle);
      const own = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
      const back = await undo(own);
      expect([back.code, back.stderr]).toEqual([0, expect.any(String)]);
      expect(await installed(cluster)).toEqual(after);
    });
  },
);
