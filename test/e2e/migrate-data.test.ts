/**
 * `migrate-data` on a real server of 1.15, where CustomResourceDefinitions of the same group, version and
 * kinds serve what ThirdPartyResources were: the same on the wire.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read.ts";
import { movedKinds, type OldKind } from "../../src/data/kinds.ts";
import type { UpgradePlan } from "../../src/plan/upgrade/plan.ts";
import type { DataMigration } from "../../src/render/data/kind.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { installCalico, workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { poll } from "../cluster/wait.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { writes } from "./support/calico-cluster.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { hasTerminal, onTerminal } from "./support/terminal.ts";
import {
  clusterOfOldKinds,
  itemsOf,
  newPath,
  oldPath,
  putOld,
  putOneOfEach,
  removeKinds,
  removeOldObjects,
  uglyValue,
} from "./support/third-party-resources.ts";

let cluster: Cluster;
const bundles = mkdtempSync(join(tmpdir(), "bundles-"));

beforeAll(async () => {
  cluster = await clusterOfOldKinds();
}, 240_000);
afterAll(async () => {
  await removeKinds(cluster, "projectcalico.org");
  rmSync(bundles, { recursive: true, force: true });
  await cluster?.stop();
});
beforeEach(async () => {
  await removeKinds(cluster, ".crd.projectcalico.org");
  await removeOldObjects(cluster);
});

const items = (path: string) => itemsOf(cluster, path);
const oneOfEach = () => putOneOfEach(cluster);

async function put(kind: OldKind, name: string, spec: object, namespace?: string): Promise<void> {
  await putOld(cluster, kind, name, spec, namespace);
}

async function run(...args: readonly string[]) {
  return await runPlugin(cluster, ["migrate-data", "--bundle-dir", bundles, ...args]);
}

async function json(...args: readonly string[]): Promise<DataMigration & { readonly code: number }> {
  const { stdout, stderr, code } = await run(...args, "-o", "json");
  if (stdout === "") throw new Error(stderr);
  const result = JSON.parse(stdout) as DataMigration;
  expect(schemaErrorsOf("data-migration", result)).toEqual([]);
  return { ...result, code };
}

describe("migrate-data", () => {
  // Procedure: Important: configuration data, v2.4 → v2.5
  test("brings over every kind whole, SystemNetworkPolicies too, and reads each back", async () => {
    await oneOfEach();
    const { stdout, code } = await run("-y");
    expect(code).toBe(0);
    expect(stdout).toContain("globalnetworkpolicy.crd.projectcalico.org/allow-dns created");
    expect(stdout).toContain("verified: 5 objects read back, equal on both sides");
    const specs = async (resource: string) =>
      (await items(newPath(resource))).map((object) => object["spec"]);
    expect(await specs("globalfelixconfigs")).toEqual([{ name: "LogSeverityScreen", value: uglyValue }]);
    expect(await specs("globalbgpconfigs")).toEqual([{ name: "AsNumber", value: "64512" }]);
    expect(await specs("ippools")).toEqual([
      { cidr: "10.244.0.0/16", ipip: { enabled: true, mode: "cross-subnet" }, "nat-outgoing": true },
    ]);
    expect(await specs("bgppeers")).toEqual([
      { asNumber: 64_512, scope: "global", peerIP: "fd80:24e2:f998:72d6::1" },
    ]);
    expect((await specs("globalnetworkpolicies"))[0]).toMatchObject({ order: 10, selector: "all()" });
    // Nothing old is deleted, and a second run has nothing to do.
    expect(await items(oldPath("SystemNetworkPolicy"))).toHaveLength(1);
    const mark = await cluster.audit.mark();
    expect(await json()).toMatchObject({ code: 0, state: "verified" });
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });

  test.skipIf(!hasTerminal)(
    "on a terminal the run is one task list: definitions, copies, and the comparison of both sides",
    async () => {
      await oneOfEach();
      const terminal = onTerminal(cluster, `kubectl calico-upgrade migrate-data -y --bundle-dir ${bundles}`);
      expect(await terminal.ended, terminal.screen().join("\n")).toBe(0);
      const tasks = terminal.screen().filter((line) => /^(✔|↓|✖)/.test(line));
      expect(tasks).toEqual([
        "✔ create CustomResourceDefinitions",
        expect.stringMatching(
          /^(✔ wait until new kinds are served|↓ wait until new kinds are served: not needed)$/,
        ),
        "✔ copy Calico's data",
        "✔ read back and compare both sides",
      ]);
      expect(terminal.screen()).toContain("  ✔ globalnetworkpolicy.crd.projectcalico.org/allow-dns created");
    },
  );

  test("H28: what an old node changed since is brought over again, what somebody changed on the new side is not", async () => {
    await oneOfEach();
    await run("-y");
    const path = `${oldPath("GlobalConfig")}/logseverityscreen`;
    await cluster.api.ask("PATCH", path, { spec: { name: "LogSeverityScreen", value: "debug" } });
    const again = await run("-y");
    expect(again.stdout).toContain("globalfelixconfig.crd.projectcalico.org/logseverityscreen configured");
    const [config] = await items(newPath("globalfelixconfigs"));
    expect(config?.["spec"]).toEqual({ name: "LogSeverityScreen", value: "debug" });
    await cluster.api.ask("PATCH", `${newPath("globalfelixconfigs")}/logseverityscreen`, {
      spec: { value: "mine" },
    });
    const mark = await cluster.audit.mark();
    const stopped = await json("-y");
    expect(stopped).toMatchObject({ code: 1, state: "stopped" });
    expect(stopped.objects.find(({ does }) => does === "conflict")).toMatchObject({
      differences: [{ path: "spec.value", wanted: '"debug"', found: '"mine"' }],
    });
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });

  test("a dry run says what would be done, and writes nothing", async () => {
    await oneOfEach();
    for (const mode of ["client", "server"]) {
      const { stdout, code } = await run(`--dry-run=${mode}`);
      expect(code).toBe(0);
      expect(stdout).toContain(
        `ippool.crd.projectcalico.org/10-244-0-0-16 created (${mode === "server" ? "server " : ""}dry run)`,
      );
      expect(stdout).toMatch(/^to do: Create 5 CustomResourceDefinitions and 5 objects$/m);
      expect(await items(newPath("ippools"))).toEqual([]);
    }
    const { stderr, code } = await run();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /Create 5 CustomResourceDefinitions and 5 objects on context \S+ \(https:\S+\)\?.*-y$/m,
      ),
    ]);
  });

  test("one object that cannot be brought over without a loss stops everything before the first write", async () => {
    await oneOfEach();
    await put("IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/8","ipam":false}' });
    const { stderr, code } = await run("-y");
    expect(code).toBe(1);
    expect(stderr).toMatch(/IpPool kube-system\/10-0-0-0-8: its ipam is false.*nothing was written/);
    expect(await items(newPath("ippools"))).toEqual([]);
  });

  test("objects of one name in two namespaces are told apart: upstream's Job lets the last one win", async () => {
    await put("GlobalConfig", "a", { name: "A", value: "1" });
    await put("GlobalConfig", "b", { name: "B", value: "1" }, "default");
    const { stderr, code } = await run("-y");
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("GlobalConfig default/b: Calico reads kube-system only"),
    ]);
    expect((await items(newPath("globalfelixconfigs"))).map(({ metadata }) => metadata.name)).toEqual(["a"]);
    await put("GlobalConfig", "a", { name: "A", value: "2" }, "default");
    expect(await run("-y")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has the same name and other content") as string,
    });
  });

  test("a new object of somebody else with other content stops, and its difference is shown", async () => {
    await put("GlobalConfig", "a", { name: "A", value: "1" });
    await run("-y");
    await cluster.api.ask("POST", newPath("globalbgpconfigs"), {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "GlobalBGPConfig",
      metadata: { name: "asnumber" },
      spec: { name: "AsNumber", value: "1" },
    });
    await put("GlobalBgpConfig", "asnumber", { name: "AsNumber", value: "2" });
    const { stdout, stderr, code } = await run("-y");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /the new side has it already, with other content; make both the same \(kubectl edit globalbgpconfigs\.crd\.projectcalico\.org asnumber/,
      ),
    ]);
    expect(stdout).toContain('spec.value is "2" on the old side and "1" on the new one');
  });

  test("H29: plan decides by what is served: on a server newer than 1.7 the data is still there to be brought over", async () => {
    await oneOfEach();
    const state = async (): Promise<unknown> => {
      const { stdout, stderr } = await runPlugin(cluster, ["plan", "--to", "v2.5.1", "-o", "json"]);
      if (stdout === "") throw new Error(stderr);
      const plan = JSON.parse(stdout) as UpgradePlan;
      // The server's version alone would say that Kubernetes must be older than it is.
      expect(plan.hops.flatMap(({ steps }) => steps).map(({ id }) => id)).not.toContain("kubernetes");
      return plan.hops[0]?.steps.filter(({ id }) => id === "data").map((step) => [step.state, step.because]);
    };
    expect(await state()).toEqual([["todo", "5 objects to be brought over"]]);
    await run("-y");
    expect(await state()).toEqual([["done", "5 objects equal on both sides"]]);
  });

  test("H28: node brings no v2.5 to a node while what old ones wrote is not brought over", async () => {
    await oneOfEach();
    await run("-y");
    await cluster.api.ask("PATCH", `${oldPath("GlobalBgpConfig")}/asnumber`, {
      spec: { name: "AsNumber", value: "1" },
    });
    const file = join(bundles, "v2.5.yaml");
    writeFileSync(file, toYaml(hostedCalico({ version: "v2.5.1" }, ["rbac", "config", "workloads"])));
    const { stdout, stderr, code } = await runPlugin(cluster, [
      "node",
      "node-01",
      "-f",
      file,
      "--template-only",
      "--dry-run=client",
    ]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      "H28: old nodes wrote what newer ones do not read: GlobalBgpConfig asnumber differs",
    );
    rmSync(file);
  });

  test("--finish waits until every node runs v2.5, then deletes what is saved and equal", async () => {
    await oneOfEach();
    expect(await run("--finish", "-y")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("H28") as string,
    });
    const copied = await run("-y");
    expect(copied.code, copied.stderr).toBe(0);
    const early = await run("--finish", "-y");
    expect([early.code, early.stderr]).toEqual([
      1,
      expect.stringContaining("not every node is known to run v2.5"),
    ]);
    expect(await items(oldPath("IpPool"))).toHaveLength(1);
    await installCalico(cluster, { version: "v2.5.1" }, ["workloads"]);
    await cluster.api.ask(
      "DELETE",
      "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
    );
    await poll(
      async () =>
        (await items("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node")).every(
          (pod) => JSON.stringify(pod["spec"]).includes("calico/node:v2.5.1"),
        ),
      { what: "new pods" },
    );
    await workloadsReady(cluster);
    const { stdout, stderr, code } = await run("--finish", "-y");
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("ippool.projectcalico.org/10-244-0-0-16 deleted"),
    ]);
    for (const { old } of movedKinds) expect(await items(oldPath(old.kind))).toEqual([]);
    expect(await items(newPath("ippools"))).toHaveLength(1);
    const directory = /saved in ([^;\s]+); to undo: /.exec(stderr)?.[1] ?? "";
    const bundle = await readBundle(directory);
    expect(bundle.entries.map(({ action, done }) => [action, done])).toEqual(
      Array.from({ length: 5 }, () => ["deleted", true]),
    );
    expect(bundle.entries.find(({ kind }) => kind === "GlobalConfig")?.beforeObject?.["spec"]).toEqual({
      name: "LogSeverityScreen",
      value: uglyValue,
    });
    expect(readdirSync(bundles)).toHaveLength(1);
    // And back: the old objects come again, the new ones stay (H03).
    const undone = await runPlugin(cluster, ["undo", directory, "--bundle-dir", bundles, "-y"]);
    expect([undone.code, undone.stdout], undone.stderr).toEqual([
      0,
      expect.stringContaining("ippool.projectcalico.org/10-244-0-0-16 created"),
    ]);
    expect((await items(oldPath("GlobalConfig"))).map((object) => object["spec"])).toEqual([
      { name: "LogSeverityScreen", value: uglyValue },
    ]);
    expect(await items(newPath("ippools"))).toHaveLength(1);
    expect(await run("--finish", "-y")).toMatchObject({ code: 0 });
    // What is gone now is not missing.
    expect(await run("--finish")).toMatchObject({ code: 0 });
    expect(await run("-y")).toMatchObject({ code: 0, stdout: expect.stringContaining("verified") as string });
  });

  test("a run that is killed leaves a bundle, and the next one goes on where it was", async () => {
    const names = Array.from({ length: 30 }, (_, at) => `Option${String(at)}`);
    for (const name of names) await put("GlobalConfig", name.toLowerCase(), { name, value: name });
    const killed = startPlugin(cluster, ["migrate-data", "--bundle-dir", bundles, "-y"]);
    await killed.says(/option3 created/);
    killed.signal("SIGKILL");
    await killed.ended;
    const between = (await items(newPath("globalfelixconfigs"))).length;
    expect(between).toBeGreaterThan(0);
    const { stdout, code } = await run("-y");
    expect([code, stdout]).toEqual([0, expect.stringContaining("verified: 30 objects")]);
    expect(stdout.match(/globalfelixconfig.crd.projectcalico.org\/\S+ created/g)).toHaveLength(30 - between);
  });
});

test("H29: a release that this Kubernetes does not take: plan holds the step, apply stops there whatever is ignored, and writes nothing", async () => {
  await cluster.resetCalico();
  await installCalico(cluster, { version: "v3.14.2" }, ["rbac", "config", "workloads"]);
  await workloadsReady(cluster);
  const planned = await runPlugin(cluster, ["plan", "--to", "v3.22.5", "-o", "json"]);
  const [first] = (JSON.parse(planned.stdout) as UpgradePlan).hops[0]?.steps ?? [];
  expect(first).toMatchObject({ id: "kubernetes", state: "todo", rules: ["H29"] });

  const file = join(bundles, "next.yaml");
  writeFileSync(file, toYaml(hostedCalico({ version: "v3.22.5" })));
  const mark = await cluster.audit.mark();
  for (const ignored of [[], ["--ignore-preflight-errors=all"], ["--ignore-preflight-errors=H29"]]) {
    const args = ["apply", "-f", file, "-y", "--bundle-dir", bundles, ...ignored];
    expect(await runPlugin(cluster, args)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: H29: before this file: upgrade Kubernetes to 1\.16 – 1\.21 .*not by this tool; run apply again after it$/m,
      ) as string,
    });
  }
  expect(await writes(cluster, mark)).toEqual([]);
});
