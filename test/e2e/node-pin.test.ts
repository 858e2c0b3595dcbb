/** H12: a new template from a file reaches one node at a time, whatever the DaemonSet's strategy is. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { kubectlInstall, workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import {
  cordonLease,
  daemonSet,
  everything,
  isCordoned,
  nodes,
  patchDaemonSet,
  podOf,
  writes,
} from "./support/calico-cluster.ts";
import { patchEras } from "./support/patch-eras.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };

describe.each(patchEras)("Kubernetes $kubeVersion, Calico $old.version → $new.version", (era) => {
  let cluster: Cluster;
  let folder = "";
  let file = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pin-"));
    file = join(folder, "calico.yaml");
    await writeFile(file, toYaml(hostedCalico(era.new, ["rbac", "config", "workloads"])));
    cluster = await testCluster({ kubeVersion: era.kubeVersion, audit: "Request" });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectlInstall(cluster, era.old, ["rbac", "config", "workloads"]);
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);
  const start = (...args: readonly string[]) => startPlugin(cluster, ["node", ...args]);

  async function uids(): Promise<readonly (string | undefined)[]> {
    return await Promise.all(nodes.map(async (node) => (await podOf(cluster, node)).metadata.uid));
  }

  async function versionOn(node: string): Promise<string> {
    const image = at(await podOf(cluster, node), "spec", "containers", 0, "image");
    return typeof image === "string" ? image.slice(image.lastIndexOf(":") + 1) : "";
  }

  async function strategy(): Promise<unknown> {
    const found = at(await daemonSet(cluster), "spec", "updateStrategy");
    return { type: at(found, "type"), ...maxUnavailable(found) };
  }

  function maxUnavailable(found: unknown): object {
    const value = at(found, "rollingUpdate", "maxUnavailable");
    return value === undefined ? {} : { rollingUpdate: { maxUnavailable: value } };
  }

  async function ourAnnotations(): Promise<readonly string[]> {
    const { annotations = {} } = (await daemonSet(cluster)).metadata;
    return Object.keys(annotations).filter((key) => key.startsWith("calico-upgrade/"));
  }

  // Procedure: DaemonSet, 1. Apply changes
  test("H12: one node gets the new release, the others are left alone, and everybody is told that it is held", async () => {
    const [, second, third] = await uids();
    const old = (await podOf(cluster, "node-01")).metadata.name;
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run("node-01", "-f", file, quick);
    expect([code, lines(stdout)]).toEqual([
      0,
      [
        "daemonset.apps/calico-node patched",
        "daemonset.apps/calico-node configured",
        "node/node-01 cordoned",
        `pod "${old}" deleted`,
        "node/node-01 uncordoned",
      ],
    ]);
    // Images are pulled under the run's lease; then the pin, and only then the template.
    const sent = (await writes(cluster, mark)).filter((each) => !/^create pods|prepull/.test(each));
    expect(sent.slice(0, 4)).toEqual([
      "patch daemonsets/calico-node",
      "patch daemonsets/calico-node",
      "patch daemonsets/calico-node",
      "patch nodes/node-01",
    ]);
    expect(stderr).toMatch(/Warning: daemonset kube-system\/calico-node is held at updateStrategy OnDelete/);
    expect(stderr).toMatch(
      /^daemonset kube-system\/calico-node is held at updateStrategy OnDelete; RollingUpdate is restored when every node that answers runs the newest revision \(2 left: node-02, node-03\)\. Until then, don't kubectl apply it\. To restore it now: kubectl calico-upgrade node --unpin$/m,
    );
    expect(await Promise.all(nodes.map(versionOn))).toEqual([
      era.new.version,
      era.old.version,
      era.old.version,
    ]);
    expect((await uids()).slice(1)).toEqual([second, third]);
    const status = await runPlugin(cluster, ["status"]);
    expect(status.stdout).toMatch(/node --unpin/);
  });

  test("H12: with the last node the strategy goes back, nobody is restarted again, and the user's apply has nothing to do", async () => {
    await run("node-01", "-f", file, quick);
    await run("node-02", quick);
    expect(await strategy()).toEqual({ type: "OnDelete" });
    const last = await run("node-03", quick, "-o", "json");
    expect(schemaErrorsOf("node-upgrade", JSON.parse(last.stdout))).toEqual([]);
    expect(JSON.parse(last.stdout)).toMatchObject({
      daemonSet: { updateStrategy: "RollingUpdate", pinned: false },
      remaining: [],
    });
    expect(await strategy()).toEqual(rolling);
    expect(await ourAnnotations()).toEqual([]);
    const before = await uids();
    const { metadata } = await daemonSet(cluster);
    expect(await cluster.kubectl(["apply", "-f", file])).toMatchObject({ code: 0 });
    const after = (await daemonSet(cluster)).metadata;
    expect([after.generation, after.annotations]).toEqual([metadata.generation, metadata.annotations]);
    expect(await uids()).toEqual(before);
  });

  test("H12: who puts RollingUpdate back in the middle is named, the run stops at once, and --take-over holds it again", async () => {
    const remove = await cluster.faults.runningNeverReady({ node: "node-01", container: "calico-node" });
    const running = start("node-01", "node-02", "-f", file, quick);
    await running.says(/to become Ready/);
    await cluster.kubectl([
      "-n",
      "kube-system",
      "patch",
      "ds",
      "calico-node",
      "--type=merge",
      "-p",
      JSON.stringify({ spec: { updateStrategy: rolling } }),
    ]);
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: H12: somebody put updateStrategy RollingUpdate back/m),
    ]);
    if (era.kubeVersion === "1.36") expect(stderr).toMatch(/during the run \(kubectl-patch at /);
    expect(stderr).toContain(`kubectl calico-upgrade node node-01 node-02 -f ${file} ${quick} --take-over`);
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    expect(await cordonLease(cluster, "node-01")).toBeDefined();
    // node-01 uses up maxUnavailable: the controller cannot go on to others before the strategy is held again.
    const taking = start("node-01", "node-02", "-f", file, quick, "--take-over");
    await taking.says(/to become Ready/);
    expect(await strategy()).toEqual({ type: "OnDelete" });
    await remove();
    const again = await taking.ended;
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(await isCordoned(cluster, "node-01")).toBe(false);
  });

  test("H12: a silent node does not hold the strategy back, and is named with what may happen to it", async () => {
    await cluster.faults.silentNode("node-03");
    const { code, stderr } = await run("node-01", "node-02", "-f", file, quick);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/node-03 is silent and still on an older revision: with RollingUpdate back/),
    ]);
    expect(await strategy()).toEqual(rolling);
    expect(await ourAnnotations()).toEqual([]);
  });

  test("H12: --unpin names the nodes that the controller will then restart, and asks", async () => {
    await run("node-01", "-f", file, quick);
    const before = await everything(cluster);
    const { code, stdout, stderr } = await run("--unpin");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /goes back to RollingUpdate: .* on 2 nodes \(node-02, node-03\).*No terminal to ask on: add -y$/m,
    );
    expect(await everything(cluster)).toEqual(before);
    const yes = await run("--unpin", "-y");
    expect([yes.code, yes.stdout, yes.stderr]).toEqual([0, "daemonset.apps/calico-node patched\n", ""]);
    expect(await strategy()).toEqual(rolling);
    await workloadsReady(cluster);
    await cluster.waitFor("/apis/apps/v1/namespaces/kube-system/daemonsets", (sets) =>
      sets.every(({ status }) => at(status, "updatedNumberScheduled") === 3),
    );
    expect(await run("--unpin")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("is not held") as string,
    });
  });

  test("H12: what a reconciler would put back is refused before anything is written", async () => {
    await patchDaemonSet(cluster, {
      metadata: { labels: { "addonmanager.kubernetes.io/mode": "Reconcile" } },
    });
    const before = await everything(cluster);
    const { code, stdout, stderr } = await run("node-01", "-f", file, quick);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: H12: .*addon manager.*suspend it/m);
    expect(await everything(cluster)).toEqual(before);
  });

  test.each([
    ["client", " (dry run)"],
    ["server", " (server dry run)"],
  ])(
    "H07: --dry-run=%s of a new template prints the same lines with its suffix and changes nothing",
    async (mode, suffix) => {
      const before = await everything(cluster);
      const names = await Promise.all(nodes.map(async (node) => (await podOf(cluster, node)).metadata.name));
      const { code, stdout, stderr } = await run(...nodes, "-f", file, `--dry-run=${mode}`);
      expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
      expect(lines(stdout)).toEqual([
        `daemonset.apps/calico-node patched${suffix}`,
        `daemonset.apps/calico-node configured${suffix}`,
        ...nodes.flatMap((node, index) => [
          `node/${node} cordoned${suffix}`,
          `pod "${names[index] ?? ""}" deleted${suffix}`,
          `node/${node} uncordoned${suffix}`,
        ]),
        `daemonset.apps/calico-node patched${suffix}`,
      ]);
      expect(await everything(cluster)).toEqual(before);
    },
  );

  test.each([
    ["once it is held", /daemonset.apps\/calico-node patched/],
    ["once the template is there", /daemonset.apps\/calico-node configured/],
    ["after the delete", /pod "calico-node-\w+" deleted/],
  ])("H13: kill -9 %s; the same command with --take-over converges", async (_when, moment) => {
    const args = [...nodes, "-f", file, quick];
    const first = start(...args);
    await first.says(moment);
    first.signal("SIGKILL");
    await first.ended;
    expect(at(await strategy(), "type")).toBe("OnDelete");
    const again = await run(...args, "--take-over");
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(await Promise.all(nodes.map(versionOn))).toEqual(nodes.map(() => era.new.version));
    expect(await Promise.all(nodes.map((node) => isCordoned(cluster, node)))).toEqual([false, false, false]);
    expect(await strategy()).toEqual(rolling);
    expect(await ourAnnotations()).toEqual([]);
  });
});
