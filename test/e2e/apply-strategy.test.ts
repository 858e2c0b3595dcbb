/** H12: somebody else puts RollingUpdate back while `apply` restarts nodes. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { daemonSet, isCordoned, nodes } from "./support/calico-cluster.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const eras: readonly { kubeVersion: KubeVersion; old: string; next: string }[] = [
  { kubeVersion: "1.36", old: "v3.29.6", next: "v3.29.7" },
  { kubeVersion: "1.15", old: "v3.8.8", next: "v3.8.9" },
];

describe.each(eras)("Kubernetes $kubeVersion, Calico $old → $next", ({ kubeVersion, old, next }) => {
  let cluster: Cluster;
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "apply-strategy-"));
    for (const version of [old, next])
      await writeFile(join(folder, `${version}.yaml`), toYaml(hostedCalico({ version })));
    cluster = await testCluster({ kubeVersion });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectl(["apply", "-f", join(folder, `${old}.yaml`)]);
    await workloadsReady(cluster);
  });

  async function kubectl(args: readonly string[], input = ""): Promise<void> {
    const { code, stderr } = await cluster.kubectl(args, { input });
    if (code !== 0) throw new Error(stderr);
  }
  const updateStrategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
  const putBack = {
    patch: () =>
      kubectl([
        "-n",
        "kube-system",
        "patch",
        "ds",
        "calico-node",
        "--type=merge",
        "-p",
        JSON.stringify({ spec: { updateStrategy } }),
      ]),
    /** With everything that is ours on it. */
    async replace() {
      const { apiVersion, kind, spec } = await daemonSet(cluster);
      const metadata = { name: "calico-node", namespace: "kube-system" };
      const object = { apiVersion, kind, metadata, spec: { ...(spec as object), updateStrategy } };
      await kubectl(["replace", "-f", "-"], JSON.stringify(object));
    },
  };

  test.each(["patch", "replace"] as const)(
    "kubectl %s is named as the reason, nothing is said to be held, and the command that is printed ends the upgrade",
    async (how) => {
      const remove = await cluster.faults.runningNeverReady({ node: "node-01", container: "calico-node" });
      const bundles = ["--bundle-dir", join(folder, "bundles")];
      const args = ["apply", "-f", join(folder, `${next}.yaml`), "-y", "--settle=0s", ...bundles];
      const running = startPlugin(cluster, args);
      await running.says(/pod calico-node-\w+ to become Ready/);
      await putBack[how]();
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: H12: somebody put updateStrategy RollingUpdate back/m),
      ]);
      if (kubeVersion === "1.36") expect(stderr).toMatch(new RegExp(`during the run \\(kubectl-${how} at `));
      expect(stderr).not.toContain("H18");
      expect(stderr).not.toMatch(/OnDelete; RollingUpdate goes back/);
      expect(stderr).toMatch(
        /^daemonset kube-system\/calico-node has updateStrategy RollingUpdate: Kubernetes restarts calico-node on the remaining nodes by itself, without cordoning \(2 left: node-02, node-03\)$/m,
      );
      const ways = stderr.match(/kubectl calico-upgrade apply .*/g) ?? [];
      expect(ways).toEqual([expect.stringMatching(/ --take-over$/)]);

      // node-01 uses up maxUnavailable: the controller cannot go on to others before the strategy is held again.
      const taking = startPlugin(cluster, [...args, "--take-over"]);
      await taking.says(/pod calico-node-\w+ to become Ready/);
      await remove();
      const again = await taking.ended;
      expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("error")]);
      expect(await Promise.all(nodes.map((node) => isCordoned(cluster, node)))).toEqual([
        false,
        false,
        false,
      ]);
      const { metadata, spec } = await daemonSet(cluster);
      expect(at(spec, "updateStrategy", "type")).toBe("RollingUpdate");
      expect(
        Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith("calico-upgrade/")),
      ).toEqual([]);
    },
  );

  test("the same command without --take-over says again who put it back, and touches nothing", async () => {
    const remove = await cluster.faults.runningNeverReady({ node: "node-01", container: "calico-node" });
    const bundles = ["--bundle-dir", join(folder, "bundles")];
    const args = ["apply", "-f", join(folder, `${next}.yaml`), "-y", "--settle=0s", ...bundles];
    const running = startPlugin(cluster, args);
    await running.says(/pod calico-node-\w+ to become Ready/);
    await putBack.patch();
    await running.ended;
    const { metadata } = await daemonSet(cluster);
    const { code, stderr } = await runPlugin(cluster, args);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: H12: somebody put updateStrategy RollingUpdate back .* before the upgrade had ended/m,
      ),
    ]);
    expect(stderr).not.toContain("H18");
    expect((await daemonSet(cluster)).metadata.generation).toBe(metadata.generation);
    await remove();
  });
});
