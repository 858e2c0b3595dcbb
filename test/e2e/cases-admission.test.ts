/** The cases admission-webhook and admission-images: a server that takes no new pod keeps the ones that run (hazard H30). */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { cases, hasCase, kubectl, upstream } from "./support/shared-cases.ts";
import { testCluster } from "./test-cluster.ts";

const webhook = join(cases, "admission/webhook-fails-closed.yaml");
const images = join(cases, "admission/only-one-registry.yaml");
const files = ["v3.29", "v3.30", "v3.32"].map((minor) => upstream(minor));

describe.skipIf(!hasCase("admission-*", webhook, images, ...files))("admission", { timeout: 180_000 }, () => {
  const [from = "", middle = "", to = ""] = files;
  const pods = "/api/v1/namespaces/kube-system/pods";
  let cluster: Cluster;
  let bundles: string;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36", audit: "Request" });
    bundles = await mkdtemp(join(tmpdir(), "admission-"));
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    await cluster.resetCalico();
  });

  const running = async () =>
    Object.fromEntries(
      (listAt(await cluster.api.ask("GET", pods), "items") as KubeObject[]).map((pod) => [
        String(pod.metadata.uid),
        String(at(pod, "status", "phase")),
      ]),
    );

  /** Whether pods are taken of an image, as a dry run. */
  async function takes(image: string): Promise<boolean> {
    const { status } = await cluster.request("POST", `${pods}?dryRun=All`, {
      metadata: { name: "tried" },
      spec: { containers: [{ name: "a", image }] },
    });
    return status < 400;
  }

  /** In force until the test has ended. */
  async function guarded(file: string, image: string): Promise<void> {
    onTestFinished(async () => {
      await kubectl(cluster, "delete", "--ignore-not-found", "--wait=false", "-f", file);
      await poll(async () => await takes(image), { what: "pods taken again" });
    });
    await kubectl(cluster, "apply", "-f", file);
    await poll(async () => !(await takes(image)), { what: `${file} in force` });
  }

  test("admission-webhook: node refuses before the delete in the server's words, and preflight is not ready, also without a file", async () => {
    await kubectl(cluster, "apply", "-f", from);
    await workloadsReady(cluster);
    const before = await running();
    const well = await runPlugin(cluster, ["preflight"]);
    expect([well.code, well.stdout]).toEqual([0, expect.stringContaining("no blocker known")]);
    await guarded(webhook, "a");

    const mark = await cluster.audit.mark();
    const { code, stderr } = await runPlugin(cluster, ["node", "node-01", "--restart"]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('failed calling webhook "pods.guard.example.org"'),
    ]);
    expect((await writes(cluster, mark)).filter((each) => /^delete |nodes\//.test(each))).toEqual([]);
    expect(await running()).toEqual(before);

    for (const args of [[], ["--to", "v3.30.7"], ["-f", middle]]) {
      const asked = await runPlugin(cluster, ["preflight", ...args]);
      expect([args, asked.code, asked.stdout.split("\n")[0]]).toEqual([
        args,
        1,
        expect.stringContaining("not ready"),
      ]);
      expect(asked.stdout).toContain('failed calling webhook "pods.guard.example.org"');
    }
  });

  test("admission-images: apply refuses before its first write, naming the policy, and the controller keeps running", async () => {
    await kubectl(cluster, "apply", "--server-side", "-f", middle);
    await workloadsReady(cluster);
    const before = await running();
    await guarded(images, "quay.io/calico/node:v3.32.1");

    const mark = await cluster.audit.mark();
    const { code, stderr } = await runPlugin(cluster, ["apply", "-f", to, "-y", "--bundle-dir", bundles]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("images-from-hub-only")]);
    expect(await writes(cluster, mark)).toEqual([]);
    expect(await running()).toEqual(before);
  });
});
