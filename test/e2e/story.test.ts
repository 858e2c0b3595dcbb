/**
 * The whole documented procedure, "Upgrading Calico for Kubernetes", from its oldest release to v2.5 on the
 * server of its own era: by one command, and by one command for each paragraph. Same flows before and after.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read.ts";
import type { BundleList, UndoResult } from "../../src/render/undo/kind.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { daemonSet, nodes, podOf } from "./support/calico-cluster.ts";
import { controllerPods, mostAtOnce, workload } from "./support/controllers.ts";
import { installed } from "./support/installed.ts";
import { cordonedNodes, worstDuring } from "./support/invariants.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { lines, type Result, runPlugin } from "./support/plugin.ts";
import {
  annotationKey,
  createNamespaces,
  createPolicy,
  type Driver,
  generated,
  passing,
  rawCluster,
  resetPolicies,
  sideBySide,
} from "./support/policy-cluster.ts";
import {
  itemsOf,
  newPath,
  oldPath,
  putOneOfEach,
  removeKinds,
  removeOldObjects,
  serveOldKinds,
  uglyValue,
} from "./support/third-party-resources.ts";
import { testCluster } from "./test-cluster.ts";

interface Story {
  readonly name: string;
  readonly driver: Driver;
  /** Manifests, as a user keeps them. */
  readonly old: string;
  readonly next: string;
  readonly to: string;
}

const upstream = (...names: readonly string[]): string =>
  names.map((name) => readFileSync(join(manifests, `${name}.yaml`), "utf8")).join("\n---\n");
const built = (options: CalicoOptions): string => toYaml(hostedCalico(options));

const here = existsSync(join(manifests, "v1.6"));
if (!here) {
  console.warn(
    `LEFT OUT: the procedure with upstream's manifests, because ${manifests} does not have them (CALICO_MANIFESTS names it)`,
  );
}

const stories: readonly Story[] = [
  {
    name: "etcd, v1.6.1 with a ReplicaSet controller → v2.5.1",
    driver: "etcd",
    to: "v2.5.1",
    old: built({ version: "v1.6.1", datastore: "etcd" }),
    next: built({ version: "v2.5.1", datastore: "etcd" }),
  },
  {
    name: "Kubernetes datastore, v2.2.1 → v2.5.1",
    driver: "kubernetes",
    to: "v2.5.1",
    old: built({ version: "v2.2.1" }),
    next: built({ version: "v2.5.1" }),
  },
  ...(here
    ? ([
        {
          name: "etcd, upstream's own v1.6 → v2.5",
          driver: "etcd",
          to: "v2.5.1",
          old: upstream("v1.6/etcd"),
          next: upstream("v2.5/rbac-etcd", "v2.5/etcd"),
        },
        {
          name: "Kubernetes datastore, upstream's own v2.2 → v2.5",
          driver: "kubernetes",
          to: "v2.5.1",
          old: upstream("v2.2/rbac-kdd", "v2.2/kdd"),
          next: upstream("v2.5/rbac-kdd", "v2.5/kdd"),
        },
      ] satisfies Story[])
    : []),
];

const quick = "--settle=0s";
const namespaces = generated(24);
const crdGroup = ".crd.projectcalico.org";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await testCluster({ kubeVersion: "1.15", audit: "Metadata" });
  await createNamespaces(cluster, namespaces);
}, 240_000);
afterAll(async () => {
  await removeKinds(cluster, "projectcalico.org");
  // A cluster that is kept is another file's next, which may make namespaces of the same names.
  const ours = new Set(namespaces.map(({ name }) => name));
  await sideBySide([...ours], (name) => cluster.request("DELETE", `/api/v1/namespaces/${name}`));
  await cluster.waitFor(
    "/api/v1/namespaces",
    (all) => all.every(({ metadata }) => !ours.has(metadata.name)),
    {
      timeoutMs: 120_000,
      what: "no namespaces of this file",
    },
  );
  await cluster?.stop();
});

describe.each(stories)("$name", ({ driver, old: from, next, to }) => {
  let folder: string;
  let file: string;
  let flows: ReadonlySet<string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "calico-upgrade-story-"));
    file = join(folder, "next.yaml");
    await writeFile(join(folder, "old.yaml"), from);
    await writeFile(file, next);
    await cluster.resetCalico();
    await removeKinds(cluster, driver === "etcd" ? "projectcalico.org" : crdGroup);
    await annotate();
    await resetPolicies(cluster, namespaces);
    if (driver === "kubernetes") {
      await serveOldKinds(cluster);
      await removeOldObjects(cluster);
      await putOneOfEach(cluster);
    }
    await kubectlApply(join(folder, "old.yaml"));
    await workloadsReady(cluster);
    const raw = await rawCluster(cluster);
    flows = passing(raw, driver, "old");
    // Otherwise a migration that does nothing would pass.
    if (isDeepStrictEqual(passing(raw, driver, "new"), flows)) throw new Error("no flow would change");
    return () => rm(folder, { recursive: true, force: true });
  });

  /** The annotations as they were generated: an earlier test's --finish took some away. */
  async function annotate(): Promise<void> {
    for (const { name, annotation } of namespaces) {
      await cluster.api.ask("PATCH", `/api/v1/namespaces/${name}`, {
        // oxlint-disable-next-line unicorn/no-null -- a merge patch removes by it
        metadata: { annotations: { [annotationKey]: annotation ?? null } },
      });
    }
  }

  async function kubectlApply(path: string): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "--validate=false", "-f", path]);
    expect([code, stderr.includes("rror")], stderr).toEqual([0, false]);
    return stdout;
  }

  const run = (command: string, ...args: readonly string[]): Promise<Result> =>
    runPlugin(cluster, [command, ...args], { env: { XDG_STATE_HOME: folder } });

  /** One step of the procedure, which succeeds. */
  async function step(command: string, ...args: readonly string[]): Promise<Result> {
    const result = await run(command, ...args);
    expect(
      [command, result.code],
      `${command} ${args.join(" ")}\n${result.stdout}\n${result.stderr}`,
    ).toEqual([command, 0]);
    return result;
  }

  /** What the document has before the first component, in the order in which apply asks for it. */
  const migrations = driver === "etcd" ? ["migrate-policy"] : ["migrate-policy", "migrate-data"];

  async function migrate(command: string): Promise<void> {
    const { stdout } = await step(command, "-y");
    if (command === "migrate-data") {
      expect(stdout).toContain("verified: 5 objects read back, equal on both sides");
      return;
    }
    // Who may talk to whom is the same now, and will be the same.
    const raw = await rawCluster(cluster);
    expect(passing(raw, driver, "old")).toEqual(flows);
    expect(passing(raw, driver, "new")).toEqual(flows);
  }

  /** Everything that the document promises, and that kubectl has nothing left to do but this. */
  async function expectUpgraded(leftToApply: readonly string[] = []): Promise<void> {
    const set = await daemonSet(cluster);
    const image = at(set, "spec", "template", "spec", "containers", 0, "image");
    expect(image).toBe(`quay.io/calico/node:${to}`);
    const running = await Promise.all(nodes.map((node) => podOf(cluster, node)));
    expect(running.map((pod) => at(pod, "spec", "containers", 0, "image"))).toEqual(nodes.map(() => image));
    expect(await cordonedNodes(cluster)).toEqual([]);
    expect(await controllerPods(cluster)).toHaveLength(driver === "etcd" ? 1 : 0);

    // Upgrading from pre-2.0: the ReplicaSet stays, at 0.
    const old = await workload(cluster, "replicasets/calico-policy-controller");
    expect(at(old, "spec", "replicas")).toBe(driver === "etcd" ? 0 : undefined);

    const status = JSON.parse((await step("status", "-o", "json")).stdout) as {
      readonly nodes: readonly {
        readonly release: { readonly text: string };
        readonly configCurrent: unknown;
      }[];
    };
    expect(status.nodes.map(({ release }) => release.text)).toEqual(nodes.map(() => to));

    await step("migrate-policy", "--finish", "-y");
    if (driver === "kubernetes") {
      await step("migrate-data", "--finish", "-y");
      expect(await itemsOf(cluster, oldPath("IpPool"))).toEqual([]);
      const [felix] = await itemsOf(cluster, newPath("globalfelixconfigs"));
      expect(felix?.["spec"]).toEqual({ name: "LogSeverityScreen", value: uglyValue });
    }
    const raw = await rawCluster(cluster);
    expect(passing(raw, driver, "new")).toEqual(flows);
    expect(raw.namespaces.filter(({ annotation }) => annotation?.includes("DefaultDeny"))).toEqual([]);

    // What kubectl never calls unchanged (defaults that are spelled out) it does not change either.
    const before = await contents();
    const said = await kubectlApply(file);
    const after = await contents();
    const kept = (all: readonly KubeObject[]) => all.filter(({ kind }) => !leftToApply.includes(kind));
    expect(kept(after)).toEqual(kept(before));
    if (leftToApply.length === 0) expect(await kubectlApply(file)).toBe(said);
  }

  /** The file's objects as the server has them, generations and last-applied included. */
  async function contents(): Promise<readonly KubeObject[]> {
    const { code, stdout, stderr } = await cluster.kubectl(["get", "-f", file, "-o", "json"]);
    expect(code, stderr).toBe(0);
    const volatile = new Set(["resourceVersion", "status"]);
    const list: unknown = JSON.parse(stdout, (key, value: unknown) =>
      volatile.has(key) ? undefined : value,
    );
    return listAt(list, "items") as KubeObject[];
  }

  // Procedure: Upgrading a Hosted Installation
  test("by apply: one command migrates policies and data, and then does the rest", async () => {
    const { worst } = await worstDuring(cluster, async () => {
      const { stdout, stderr } = await step("apply", "-f", file, "-y", quick);
      const line = (text: string): number => {
        const at = stdout.indexOf(text);
        expect(at, `${text} in:\n${stdout}`).toBeGreaterThanOrEqual(0);
        return at;
      };
      const [created, node] = [line("created in gen-"), line("node/node-01 cordoned")];
      expect(created).toBeLessThan(node);
      if (driver === "kubernetes")
        expect(line("globalfelixconfig.crd.projectcalico.org/")).toBeLessThan(node);
      expect(stderr).toMatch(/^migrate: every namespace means the same before and after the upgrade/m);
      // Each migration has a bundle of its own, which goes back with the run's.
      const [, of = "", directory = ""] = /to undo: .* undo (.*\/)(\S+-apply-\S+)$/m.exec(stderr) ?? [];
      const saved = readdirSync(of).filter((name) => name.endsWith(directory.slice(-7)));
      const commands = saved.map((name) => /-(apply|migrate-\w+)-/.exec(name)?.[1]);
      expect(new Set(commands)).toEqual(new Set(["apply", ...migrations]));
    });
    expect(worst).toEqual({ controllers: driver === "etcd" ? 1 : 0, nodesDown: 1, cordoned: 1 });
    await expectUpgraded();
  });

  // One of each datastore is enough.
  test.each(stories.slice(0, 2).filter(({ old }) => old === from))(
    "H04: undo takes apply's run back, and with it the migration of policies, last: every flow is as before",
    async () => {
      const { stderr } = await step("apply", "-f", file, "-y", quick);
      const { items } = JSON.parse((await step("undo", "--list", "-o", "json")).stdout) as BundleList;
      const migrated = items.find(({ command }) => command === "migrate-policy")?.directory ?? "";
      const early = await run("undo", migrated, "-y");
      expect([early.code, early.stdout]).toEqual([1, ""]);
      expect(early.stderr).toContain("v1 semantics are in force (Calico v2.5.1)");
      const applied = / undo (\S+-apply-\S+)$/m.exec(stderr)?.[1] ?? "";
      const back = [applied, quick, "--ignore-preflight-errors=all"];
      const asked = await run("undo", ...back);
      expect(asked.stderr).toMatch(
        /^error: Undo \d+ objects of apply from \S+, then undo \d+ changes of migrate-policy from \S+, and restart calico-node on 3 nodes:\n(?: {2}.*\n)+Continue on context \S+ \(https:\S+\)\? /m,
      );

      // What is refused of one of them, and what cannot be used, stops all.
      const { entries } = await readBundle(migrated);
      const { namespace = "", name = "" } = entries.find(({ action }) => action === "deleted") ?? {};
      await createPolicy(cluster, namespace, name, { podSelector: { matchLabels: { by: "another" } } });
      const since = await run("undo", ...back, "-y");
      expect([since.code, since.stdout, since.stderr]).toEqual([
        1,
        "",
        expect.stringContaining(`NetworkPolicy/${namespace}/${name}: somebody has made another one`),
      ]);
      await cluster.api.ask(
        "DELETE",
        `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`,
      );
      const index = join(migrated, "index.json");
      const whole = readFileSync(index, "utf8");
      const upgraded = await installed(cluster);
      await writeFile(index, "{");
      const damaged = await run("undo", ...back, "-y");
      expect([damaged.code, damaged.stderr]).toEqual([
        1,
        expect.stringContaining("index.json is not JSON; "),
      ]);
      await writeFile(index, whole);
      expect(await installed(cluster)).toEqual(upgraded);

      const { stdout, stderr: told } = await step("undo", ...back, "-y");
      // Policies mean again what they meant before they move (H04).
      const done = lines(stdout);
      const moved = done.flatMap((line, at) => (line.startsWith("networkpolicy.") ? [at] : []));
      const decisive = /^(node\/node-03 uncordoned|deployment\S+controller deleted .*)$/;
      expect(moved).not.toEqual([]);
      expect(Math.min(...moved)).toBeGreaterThan(done.findLastIndex((line) => decisive.test(line)));
      const raw = await rawCluster(cluster);
      expect(passing(raw, driver, "old")).toEqual(flows);
      const names = raw.policies.map(({ namespace, name }) => `${namespace}/${name}`);
      const made = namespaces.flatMap((each) => each.policies.map((policy) => `${each.name}/${policy.name}`));
      expect(names.toSorted()).toEqual(made.toSorted());
      if (driver === "etcd")
        await cluster.waitFor(
          "/apis/apps/v1/namespaces/kube-system/replicasets",
          (sets) => sets.length === 1 && at(sets[0], "status", "readyReplicas") === 1,
          { what: "the old controller" },
        );
      const again = await step("undo", ...back, "-y");
      expect([again.stdout, again.stderr]).toEqual(["", expect.stringMatching(/^nothing to undo$/m)]);

      // The other way round the migration comes first again.
      const redo = / undo (\S+-undo-\S+)$/m.exec(told)?.[1] ?? "";
      const forth = [redo, quick, "--ignore-preflight-errors=H17", "-o", "json"];
      const tried = JSON.parse((await step("undo", ...forth, "--dry-run=client")).stdout) as UndoResult;
      expect(schemaErrorsOf("undo", tried)).toEqual([]);
      expect(tried.parts?.flatMap(({ entries }) => entries.map(({ result }) => result))).toContain("deleted");
      const { result: redone, most } = await mostAtOnce(cluster, () => run("undo", ...forth, "-y"));
      expect([redone.code, redone.stderr]).toEqual([0, expect.any(String)]);
      const result = JSON.parse(redone.stdout) as UndoResult;
      expect(schemaErrorsOf("undo", result)).toEqual([]);
      expect(result.restarted).toEqual(nodes.map((name) => ({ kind: "Node", name, result: "restarted" })));
      expect(most).toBeLessThanOrEqual(1);
      expect(passing(await rawCluster(cluster), driver, "new")).toEqual(flows);
      expect(await installed(cluster)).toEqual(upgraded);
    },
  );

  // Procedure: (The whole document, one component at a time)
  test("by single commands: migrations, controller, ConfigMap, then calico-node on node after node", async () => {
    const { worst } = await worstDuring(cluster, async () => {
      for (const command of migrations) await migrate(command);
      await addMissing("node");
      if (driver === "etcd") {
        await addMissing("controller");
        await step("controller", "-f", file, "-y", quick);
      }
      await step("configmap", "-f", file, "-y", "--no-restart");
      await step("node", ...nodes, "-f", file, "-y", quick);
    });
    expect(worst).toEqual({ controllers: driver === "etcd" ? 1 : 0, nodesDown: 1, cordoned: 1 });
    // Definitions that migrate-data made, and roles that were only added to, no single command brings in line.
    await expectUpgraded(["CustomResourceDefinition", "ClusterRole"]);
  });

  /** Accounts and roles of the new release, as `node` and `controller` tell their user to add them. */
  async function addMissing(command: "node" | "controller"): Promise<void> {
    const { stdout } = await step(command, "-f", file, "--print-missing");
    const path = join(folder, "missing.yaml");
    await writeFile(path, stdout);
    if (stdout.trim() !== "") await kubectlApply(path);
  }
});
