/**
 * The case half-replaced: a release whose `kubectl replace` was cut off is not taken for complete. (set-between-steps is
 * in after-the-question.test.ts: configmap between the steps of apply.)
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { hasCase, kubectl, objectsIn, upstream } from "./support/shared-cases.ts";
import { testCluster } from "./test-cluster.ts";

const [old, file] = [upstream("v3.29"), upstream("v3.30")];

describe.skipIf(!hasCase("half-replaced", old, file))("half-replaced", { timeout: 180_000 }, () => {
  const staged = ["networkpolicies", "globalnetworkpolicies", "kubernetesnetworkpolicies"].map(
    (each) => `staged${each}.crd.projectcalico.org`,
  );
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36" });
    await cluster.resetCalico();
    await kubectl(cluster, "apply", "-f", file);
    await workloadsReady(cluster);
    await kubectl(cluster, "delete", "crd", ...staged);
    const role = objectsIn(old).find(
      ({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "calico-node",
    );
    const replaced = await cluster.kubectl(["replace", "-f", "-"], { input: JSON.stringify(role) });
    if (replaced.code !== 0) throw new Error(replaced.stderr);
  });
  afterAll(() => cluster?.stop());

  test("plan, preflight and apply all name the CRDs and the role that are missing; apply repairs it, and then nothing is left", async () => {
    const bundles = await mkdtemp(join(tmpdir(), "half-replaced-"));
    const plan = await runPlugin(cluster, ["plan", "-f", file]);
    const preflight = await runPlugin(cluster, ["preflight", "-f", file]);
    const tried = await runPlugin(cluster, ["apply", "-f", file, "--dry-run=server"]);
    for (const { stdout, stderr } of [plan, preflight, tried]) {
      for (const name of staged) expect(stdout + stderr).toContain(name);
      expect(stdout + stderr).toMatch(/ClusterRole calico-node|clusterrole\S*\/calico-node/);
    }
    expect(plan.stdout).not.toContain("there is nothing to do");

    const { code, stderr } = await runPlugin(cluster, ["apply", "-f", file, "-y", "--bundle-dir", bundles]);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect((await kubectl(cluster, "get", "crd", "-o", "name")).split("\n")).toEqual(
      expect.arrayContaining(staged.map((name) => `customresourcedefinition.apiextensions.k8s.io/${name}`)),
    );
    const after = await runPlugin(cluster, ["plan", "-f", file]);
    expect([after.code, after.stdout]).toEqual([0, expect.stringContaining("there is nothing to do")]);
  });
});
