/** The cases annotated-while-asked and terminating: what happens to namespaces while their policies are migrated. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { runPlugin } from "./support/plugin.ts";
import { annotationKey, defaultDeny, emptyNamespace } from "./support/policy-cluster.ts";
import { cases, hasCase, kubectl } from "./support/shared-cases.ts";
import { hasTerminal, onTerminal } from "./support/terminal.ts";
import { testCluster } from "./test-cluster.ts";

const [calico, web, pods] = ["calico-v2.2-kdd", "web", "pods"].map((name) =>
  join(cases, "legacy", `${name}.yaml`),
) as [string, string, string];
const question = /\[y\/N\]/;

describe.skipIf(!hasCase("annotated-while-asked, terminating", calico, web, pods))(
  "migrate-policy",
  { timeout: 180_000 },
  () => {
    let cluster: Cluster;
    let bundles: string;

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion: "1.36" });
      bundles = await mkdtemp(join(tmpdir(), "cases-policy-"));
      await cluster.resetCalico();
      await kubectl(cluster, "apply", "-f", calico);
    });
    afterAll(() => cluster?.stop());
    beforeEach(async () => {
      await put("c16");
    });

    async function put(namespace: string): Promise<void> {
      await emptyNamespace(cluster, namespace);
      for (const file of [web, pods]) await kubectl(cluster, "-n", namespace, "apply", "-f", file);
      await cluster.waitFor(
        `/api/v1/namespaces/${namespace}/pods`,
        (all) => all.length === 2 && all.every(({ status }) => at(status, "podIP") !== undefined),
        { what: `pods of ${namespace} run` },
      );
    }
    const policies = async (namespace: string): Promise<readonly KubeObject[]> =>
      listAt(
        await cluster.api.ask("GET", `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`),
        "items",
      ) as KubeObject[];
    const names = async (namespace: string) =>
      (await policies(namespace)).map(({ metadata }) => metadata.name);

    test.skipIf(!hasTerminal)(
      "annotated-while-asked: c16 is isolated while it asks: it asks anew, deletes no policy there, and gives it a default-deny",
      { retry: 0 },
      async () => {
        const terminal = onTerminal(cluster, `kubectl calico-upgrade migrate-policy --bundle-dir ${bundles}`);
        await terminal.shows(question);
        await kubectl(cluster, "annotate", "namespace", "c16", `${annotationKey}=${defaultDeny}`);
        terminal.types("y\n");
        const asked = () => terminal.screen().filter((line) => question.test(line)).length;
        await poll(async () => asked() === 2, { what: "another question" });
        terminal.types("y\n");
        expect([await terminal.ended, terminal.screen().join("\n")]).toEqual([
          0,
          expect.stringContaining("means the same"),
        ]);
        expect((await names("c16")).toSorted()).toEqual(["default-deny", "web"]);
      },
    );

    test("terminating: a namespace whose pod only a finalizer holds is named with what to wait for and left alone; the others are migrated", async () => {
      await put("going");
      const finalizers = (value: readonly string[] | null) =>
        cluster.api.ask("PATCH", "/api/v1/namespaces/going/pods/web", { metadata: { finalizers: value } });
      await finalizers(["calico-upgrade.test/held"]);
      // oxlint-disable-next-line unicorn/no-null -- a merge patch removes by it
      onTestFinished(async () => void (await finalizers(null)));
      await kubectl(cluster, "delete", "namespace", "going", "--wait=false");
      await cluster.waitFor(
        "/api/v1/namespaces/going/pods",
        (all) => all.length === 1 && all[0]?.metadata.deletionTimestamp !== undefined,
        { what: "one pod of going is held" },
      );
      const { code, stdout, stderr } = await runPlugin(cluster, [
        "migrate-policy",
        "-y",
        "--bundle-dir",
        bundles,
      ]);
      // Its containers have ended: nothing in it can be reached any more.
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("left alone, because it is being deleted: namespace going"),
      ]);
      expect(stderr).toContain("kubectl get pods -n going");
      expect(stdout).not.toContain("going");
      expect([await names("going"), await names("c16")]).toEqual([["web"], []]);
    });
  },
);
