/** `controller -f` over a seeded sample of upstream's own manifests; all pairs with --all. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { controllerPods, mostAtOnce, runController } from "./support/controllers.ts";
import { testCluster } from "./test-cluster.ts";

const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../shared/manifests");
const here = existsSync(folder);

/** What a controller and its pods need; deleting CRDs takes minutes. */
const kinds = new Set(["DaemonSet", "Deployment", "ReplicaSet", "ConfigMap", "Secret", "ServiceAccount"]);

/** Each way that a controller has changed: kind, name, appearing, only the image. */
const pairs = {
  "1.15": [
    ["v1.6/etcd", "v2.3/etcd"],
    ["v1.6/etcd", "v2.6/etcd"],
    ["v2.5/etcd", "v2.6/etcd"],
    ["v3.1/etcd", "v3.8/etcd"],
    ["v3.5/kdd", "v3.6/kdd"],
    ["v3.8/kdd", "v3.9/kdd"],
  ],
  "1.36": [
    ["v3.25/kdd", "v3.27/kdd"],
    ["v3.29/kdd", "v3.30/kdd"],
    ["v3.30/etcd", "v3.32/etcd"],
  ],
} as const;

if (!here) {
  console.warn(
    `LEFT OUT: controller over upstream's manifests, because ${folder} is not there (CALICO_MANIFESTS names it)`,
  );
}

function fileOf(name: string): string {
  return join(folder, `${name}.yaml`);
}

function objectsOf(name: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(fileOf(name), "utf8"), { version: "1.1" })
    .map((document) => document.toJSON() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && kinds.has(object.kind));
}

describe.skipIf(!here).each(["1.36", "1.15"] as const)(
  "upstream's own manifests on Kubernetes %s",
  (kubeVersion) => {
    let cluster: Cluster;
    const sample = pairs[kubeVersion].filter(
      ([from, to], index) =>
        here &&
        existsSync(fileOf(from)) &&
        existsSync(fileOf(to)) &&
        (process.env["TEST_ALL"] !== undefined || index < 3),
    );

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion });
    });
    afterAll(() => cluster?.stop());

    test.each(sample)(
      "%s → %s: never two, one in the end, the file's image, unchanged after",
      async (from, to) => {
        await cluster.resetCalico();
        await cluster.apply(objectsOf(from));
        await workloadsReady(cluster);
        const target = objectsOf(to);
        await cluster.apply(
          target.filter(({ kind }) => ["ServiceAccount", "ConfigMap", "Secret"].includes(kind)),
        );
        // CRDs and RBAC of the file are left out here; their being there is another test's.
        const args = ["-f", fileOf(to), "--settle=0s", "--ignore-preflight-errors=H05,P02,H14"];
        const { result, most } = await mostAtOnce(cluster, () => runController(cluster, ...args));
        expect([result.code, result.stderr]).toEqual([0, expect.stringMatching(/never two at once$/m)]);
        expect(most).toBeLessThanOrEqual(1);
        const wanted = target.find(
          (object) =>
            (object.kind === "Deployment" || object.kind === "ReplicaSet") &&
            /controller/.test(object.metadata.name) &&
            at(object, "spec", "replicas") !== 0,
        );
        const found = await controllerPods(cluster);
        expect(found.map((pod) => at(pod, "spec", "containers", 0, "image"))).toEqual([
          at(wanted, "spec", "template", "spec", "containers", 0, "image"),
        ]);
        const again = await runController(cluster, ...args);
        expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^\S+ unchanged\n$/)]);
      },
    );
  },
);
