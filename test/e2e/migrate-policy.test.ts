/**
 * `migrate-policy` on real servers: who may talk to whom stays the same, whatever happens in between; what
 * is deleted is in a bundle; bad input leaves everything as it was.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { type KubeObject, listAt } from "../cluster/kube-object.ts";
import type { BundleIndex } from "../../src/bundle/format.ts";
import type { PolicyMigration } from "../../src/render/policy-migration/kind.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { type Answer, interpose, type Passing } from "./support/interposer.ts";
import { poll } from "../cluster/wait.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import {
  annotationKey,
  createNamespace,
  createPod,
  createPolicy,
  defaultDeny,
  emptyNamespace,
  createNamespaces,
  generated,
  resetPolicies,
  installNewCalico,
  installOldCalico,
  newCalico,
  passing,
  policiesOf,
  policiesPath,
  rawCluster,
} from "./support/policy-cluster.ts";
import { hasTerminal, onTerminal } from "./support/terminal.ts";
import { testCluster } from "./test-cluster.ts";

const folder = mkdtempSync(join(tmpdir(), "migrate-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let bundles: string;
let count = 0;
beforeEach(() => {
  count += 1;
  bundles = join(folder, `bundles-${String(count)}`);
});

/** The indexes of all bundles, oldest first. */
function savedIn(directory: string): readonly BundleIndex[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("index.json"))
    .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as BundleIndex)
    .toSorted((a, b) => (a.run < b.run ? -1 : 1));
}

async function migrate(cluster: Cluster, ...args: readonly string[]) {
  return await runPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles, ...args]);
}

/** Watches pass as they come; `pass` answers the other requests. */
async function between(cluster: Cluster, pass: (request: Passing) => Promise<Answer | undefined>) {
  return await interpose(cluster, async (request) =>
    request.path.includes("watch=") ? "stream" : await pass(request),
  );
}

const clusters = generated(200);

describe.each(["1.36", "1.15"] as const)("200 namespaces on Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion });
    await createNamespaces(cluster, clusters);
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  // Procedure: v1 semantics: namespaces without DefaultDeny
  test.each(["etcd", "kubernetes"] as const)(
    "driver %s: conflicts, objects changed under us, lost answers and kill -9: run again, every flow is as before; undo brings all back",
    async (driver) => {
      await installOldCalico(cluster, driver);
      await resetPolicies(cluster, clusters);
      const raw = await rawCluster(cluster);
      const before = passing(raw, driver, "old");
      expect(passing(raw, driver, "new")).not.toEqual(before);

      // First run: objects change in the moment before their delete; one answer gets lost; then it is killed.
      let deletes = 0;
      const killed = Promise.withResolvers<void>();
      const trouble = await between(cluster, async ({ method, path, forward }) => {
        if (method !== "DELETE" || path.includes("dryRun")) return await forward();
        deletes += 1;
        if (deletes % 10 === 3) {
          await cluster.api.ask("PATCH", path, { metadata: { annotations: { touched: String(deletes) } } });
        }
        if (deletes === 25) {
          await forward();
          return undefined;
        }
        if (deletes > 60) {
          killed.resolve();
          return await new Promise<undefined>(() => undefined);
        }
        return await forward();
      });
      const first = startPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles], trouble);
      await Promise.race([killed.promise, first.ended]);
      first.signal("SIGKILL");
      await first.ended;
      expect(deletes).toBeGreaterThan(60);
      const midway = await rawCluster(cluster);
      expect(policiesOf(midway).length).toBeLessThan(raw.policies.length + 200);
      // Under the old semantics nothing happened yet.
      expect(passing(midway, driver, "old")).toEqual(before);

      // Second run: the answers of some creations and deletes are errors of the server.
      let writes = 0;
      const errors = await between(cluster, async ({ method, path, forward }) => {
        if (!["DELETE", "POST"].includes(method) || !path.includes("networkpolicies")) return await forward();
        writes += 1;
        if (writes % 9 !== 2) return await forward();
        return {
          status: 500,
          body: { kind: "Status", status: "Failure", code: 500, message: "etcd is gone" },
        };
      });
      const second = await runPlugin(
        cluster,
        ["migrate-policy", "-y", "--bundle-dir", bundles, "-o", "json"],
        errors,
      );
      expect(second.stderr).not.toContain("error:");
      const result = JSON.parse(second.stdout) as PolicyMigration;
      expect(schemaErrorsOf("policy-migration", result)).toEqual([]);
      expect([second.code, result.succeeded, result.finished]).toEqual([0, true, true]);

      const migrated = await rawCluster(cluster);
      expect(passing(migrated, driver, "old")).toEqual(before);
      expect(passing(migrated, driver, "new")).toEqual(before);

      // Whatever is gone was saved before, with the content that it had.
      const after = new Set(migrated.policies.map(({ namespace, name }) => `${namespace}/${name}`));
      const gone = raw.policies
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .filter((name) => !after.has(name));
      const saved = new Set(
        savedIn(bundles).flatMap(({ entries }) =>
          entries
            .filter(({ action }) => action === "deleted")
            .map(({ namespace = "", name }) => `${namespace}/${name}`),
        ),
      );
      expect(gone.length).toBeGreaterThan(60);
      expect(gone.filter((name) => !saved.has(name))).toEqual([]);

      // A third run has nothing to do.
      const third = await migrate(cluster);
      expect([third.code, third.stdout]).toEqual([0, ""]);
      expect(third.stderr).toContain("nothing to do");

      // The newest run first, and everything is as it was; each once more does nothing.
      for (const { run } of savedIn(bundles).toReversed()) {
        const undone = await runPlugin(cluster, ["undo", run, "-y", "--bundle-dir", bundles, "-o", "json"]);
        expect([undone.code, undone.stderr.includes("error:")], undone.stderr).toEqual([0, false]);
        expect(schemaErrorsOf("undo", JSON.parse(undone.stdout))).toEqual([]);
        const again = await runPlugin(cluster, ["undo", run, "-y", "--bundle-dir", bundles]);
        expect([again.code, again.stdout]).toEqual([0, ""]);
      }
      const undone = await rawCluster(cluster);
      expect(policiesOf(undone)).toEqual(policiesOf(raw));
      expect(passing(undone, driver, "old")).toEqual(before);
    },
    240_000,
  );
});

describe("what a user is told, and asked", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
    await installOldCalico(cluster, "kubernetes");
  });
  beforeEach(async () => {
    await emptyNamespace(cluster, "bank", { [annotationKey]: defaultDeny });
    await emptyNamespace(cluster, "shop");
    await emptyNamespace(cluster, "odd");
    await createPolicy(cluster, "shop", "web", { podSelector: {}, ingress: [] });
    await createPolicy(cluster, "bank", "default-deny", {
      podSelector: { matchLabels: { app: "db" } },
      ingress: [{ ports: [{ port: 80 }] }],
    });
    await createPod(cluster, "shop", "shop-1", { app: "shop" });
    await createPod(cluster, "bank", "bank-1", { app: "bank" });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  /** Namespaces and policies, to the last field. */
  async function everything(): Promise<string> {
    const [namespaces, policies] = await Promise.all([
      cluster.api.ask("GET", "/api/v1/namespaces"),
      cluster.api.ask("GET", policiesPath),
    ]);
    const rows = [...listAt(namespaces, "items"), ...listAt(policies, "items")] as KubeObject[];
    return JSON.stringify(rows.map(({ metadata, spec }) => ({ ...metadata, spec })));
  }

  // Procedure: v1 semantics: namespaces with DefaultDeny
  test("a taken name is never overwritten; mutation lines are kubectl's; the bundle is named", async () => {
    const { code, stdout, stderr } = await migrate(cluster);
    expect(code).toBe(0);
    expect(lines(stdout).toSorted()).toEqual([
      "networkpolicy.networking.k8s.io/default-deny-2 created in bank namespace",
      "networkpolicy.networking.k8s.io/web deleted from shop namespace",
    ]);
    expect(stderr).toMatch(
      /saved in .*bundles-\d+\/[0-9a-f-]{36}\/\d{8}T\d{6}Z-migrate-policy-[0-9a-f]{6}; to undo: kubectl calico-upgrade undo/,
    );
    expect(stderr).toContain("next: kubectl calico-upgrade plan --to=v2.3.0");
    expect(stderr).toContain("after the last node: kubectl calico-upgrade migrate-policy --finish");
    const [index] = savedIn(bundles);
    expect(
      index?.entries.map(({ action, namespace, name, done }) => [action, namespace, name, done]),
    ).toEqual([
      ["created", "bank", "default-deny-2", true],
      ["deleted", "shop", "web", true],
    ]);
    const made = (await cluster.api.ask(
      "GET",
      "/apis/networking.k8s.io/v1/namespaces/bank/networkpolicies/default-deny-2",
    )) as KubeObject;
    expect(made["spec"]).toEqual({ podSelector: {}, policyTypes: ["Ingress"] });
    expect((made.metadata["managedFields"] as { manager: string }[]).map(({ manager }) => manager)).toEqual([
      "calico-upgrade",
    ]);
  });

  test("without -y and without a terminal it asks nobody and writes nothing", async () => {
    const was = await everything();
    const { code, stderr, stdout } = await runPlugin(cluster, ["migrate-policy", "--bundle-dir", bundles]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /Create 1, delete 1 on context \S+ \(https:\S+\)\? Everything is saved first. No terminal to ask on: add -y/,
    );
    expect(await everything()).toBe(was);
  });

  test.each(["client", "server"] as const)(
    "--dry-run=%s says what would be done, saves and writes nothing",
    async (kind) => {
      const was = await everything();
      const { code, stdout } = await runPlugin(cluster, [
        "migrate-policy",
        `--dry-run=${kind}`,
        "--bundle-dir",
        bundles,
      ]);
      const suffix = kind === "client" ? " (dry run)" : " (server dry run)";
      expect(code).toBe(0);
      expect(lines(stdout).toSorted()).toEqual([
        `networkpolicy.networking.k8s.io/default-deny-2 created in bank namespace${suffix}`,
        `networkpolicy.networking.k8s.io/web deleted from shop namespace${suffix}`,
      ]);
      expect(await everything()).toBe(was);
      expect(readdirSync(folder)).not.toContain(bundles.slice(folder.length + 1));
    },
  );

  test("one request for each object that is written, the lists, and no more than twelve besides", async () => {
    const mark = await cluster.audit.mark();
    await migrate(cluster);
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(
      sent
        .filter(({ verb }) => ["create", "delete", "patch"].includes(verb))
        .filter(({ uri }) => !uri.includes("accessreview") && !uri.includes("dryRun")),
    ).toHaveLength(2);
    const lists = sent.filter(({ uri }) => /\/(namespaces|pods|networkpolicies)\?/.test(uri));
    expect(sent.length - 2 - lists.length).toBeLessThanOrEqual(12);
  });

  test("-o json and -o name give the result alone", async () => {
    const { stdout } = await migrate(cluster, "-o", "json");
    const result = JSON.parse(stdout) as PolicyMigration;
    expect(schemaErrorsOf("policy-migration", result)).toEqual([]);
    expect(result).toMatchObject({
      kind: "PolicyMigration",
      succeeded: true,
      finished: true,
      boundary: { side: "before", finishBefore: "node" },
      left: { create: [], delete: [], undecided: [], held: [] },
    });
    expect(result.changes).toHaveLength(2);
    await createPolicy(cluster, "shop", "late", { podSelector: {} });
    const again = await migrate(cluster, "-o", "name");
    expect(again.stdout).toBe("networkpolicy.networking.k8s.io/late\n");
  });

  test("-n narrows the run and says that the cluster is not finished", async () => {
    const { code, stdout, stderr } = await migrate(cluster, "-n", "bank");
    expect([code, lines(stdout)]).toEqual([
      0,
      ["networkpolicy.networking.k8s.io/default-deny-2 created in bank namespace"],
    ]);
    expect(stderr).toContain("the cluster is not finished: 1 namespace is left (shop)");
  });

  test.each([
    ["{broken", "it is not JSON"],
    ['{"ingress":"DefaultDeny"}', '"ingress" is not an object'],
    ['{"Ingress":{"isolation":"DefaultDeny"}}', '"Ingress" is not spelt "ingress"'],
    ['{"ingress":{"isolation":7}}', '"isolation" is not a string'],
  ])(
    "annotation %s stops everything until somebody decides, and the decision is remembered",
    async (text, why) => {
      await emptyNamespace(cluster, "odd", { [annotationKey]: text });
      const was = await everything();
      const refused = await migrate(cluster);
      expect([refused.code, refused.stdout]).toEqual([1, ""]);
      expect(refused.stderr).toContain(`odd (${why};`);
      expect(refused.stderr).toContain("--treat-as=NAMESPACE=isolated");
      expect(await everything()).toBe(was);
      const decided = await migrate(cluster, "--treat-as=odd=isolated");
      expect(decided.code).toBe(0);
      expect(lines(decided.stdout)).toContain("namespace/odd annotated");
      expect(lines(decided.stdout)).toContain(
        "networkpolicy.networking.k8s.io/default-deny created in odd namespace",
      );
      const again = await migrate(cluster);
      expect([again.code, again.stdout]).toEqual([0, ""]);
    },
  );

  test("the alpha annotation closes nothing, and that is said", async () => {
    await emptyNamespace(cluster, "odd", { "net.alpha.kubernetes.io/network-isolation": "yes" });
    const { code, stdout, stderr } = await migrate(cluster);
    expect(code).toBe(0);
    expect(stdout).not.toContain("odd");
    expect(stderr).toContain("net.alpha.kubernetes.io/network-isolation has no effect");
  });

  test("--keep needs --accept, because flows change; then it is recorded and asked for no more", async () => {
    const was = await everything();
    const refused = await migrate(cluster, "--keep=shop/web");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/by --keep: .* to shop\/\*.*allow becomes deny.*shop\/web/);
    expect(refused.stderr).toContain("--accept carries the plan out all the same");
    expect(await everything()).toBe(was);
    const kept = await migrate(cluster, "--keep=shop/web", "--accept");
    expect(lines(kept.stdout)).toContain("networkpolicy.networking.k8s.io/web annotated in shop namespace");
    const again = await migrate(cluster);
    expect([again.code, again.stdout]).toEqual([0, ""]);
    const missing = await migrate(cluster, "--keep=shop/gone");
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining('--keep=shop/gone: networkpolicies "gone" not found'),
    ]);
  });

  test("a target that begins to enforce egress needs --accept, too", async () => {
    await createPolicy(cluster, "bank", "out", { podSelector: {}, policyTypes: ["Egress"], egress: [] });
    const refused = await migrate(cluster, "--to", "v2.6.12");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(
      /because v2.6.12 enforces more: bank\/\* to .*egress rules begin to be enforced/,
    );
    expect((await migrate(cluster, "--to", "v2.6.12", "--accept")).code).toBe(0);
  });

  test("a policy that a finalizer holds still counts: it is deleted once, and the run does not claim success", async () => {
    await createPolicy(cluster, "shop", "held", { podSelector: {} }, { finalizers: ["example.com/hold"] });
    const { code, stderr } = await migrate(cluster);
    expect(code).toBe(1);
    expect(stderr).toContain("held by a finalizer and in force until it is gone: shop/held");
    const mark = await cluster.audit.mark();
    const again = await migrate(cluster);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("shop/held");
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => verb === "delete")).toEqual([]);
  });

  test("policies that somebody makes again are listed first (H15)", async () => {
    await createPolicy(cluster, "shop", "a-plain", { podSelector: {} });
    await createPolicy(
      cluster,
      "shop",
      "from-helm",
      { podSelector: {} },
      { annotations: { "meta.helm.sh/release-name": "shop" } },
    );
    const { stderr } = await migrate(cluster, "-n", "shop");
    const rows = lines(stderr).filter((line) => /^shop +\S+ +delete/.test(line));
    expect(rows[0]).toMatch(/^shop +from-helm +delete +made again by Helm release shop$/);
    expect(rows).toHaveLength(3);
  });

  test("who may not list policies, or not delete them, is told so before anything is written", async () => {
    const was = await everything();
    const reader = await cluster.userKubeconfig({
      rules: [{ apiGroups: ["", "apps", "extensions"], resources: ["*"], verbs: ["get", "list"] }],
    });
    const blind = await runPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles], {
      kubeconfig: reader,
    });
    expect([blind.code, blind.stdout]).toEqual([1, ""]);
    expect(blind.stderr).toMatch(
      /Error from server \(Forbidden\): networkpolicies.networking.k8s.io is forbidden/,
    );
    const looker = await cluster.userKubeconfig({
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }],
    });
    const bound = await runPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles], {
      kubeconfig: looker,
    });
    expect([bound.code, bound.stdout]).toEqual([1, ""]);
    expect(bound.stderr).toMatch(
      /missing permission: create networkpolicies.networking.k8s.io in namespace bank; delete networkpolicies.networking.k8s.io in namespace shop/,
    );
    expect(await everything()).toBe(was);
  });

  test("where the bundle cannot be saved nothing is deleted", async () => {
    const was = await everything();
    writeFileSync(join(folder, "file"), "");
    const inFile = await migrate(cluster, "--bundle-dir", join(folder, "file", "below"));
    expect([inFile.code, inFile.stdout]).toEqual([1, ""]);
    expect(inFile.stderr).toMatch(/cannot save to the bundle .*a part of the path is not a directory/);
    const homeless = await runPlugin(cluster, ["migrate-policy", "-y"], {
      env: { HOME: "", XDG_STATE_HOME: "", USERPROFILE: "" },
    });
    expect(homeless.code).toBe(1);
    expect(homeless.stderr).toContain("neither XDG_STATE_HOME nor HOME names one; name it with --bundle-dir");
    expect(await everything()).toBe(was);
  });

  test.for<readonly [string, readonly string[], string]>([
    [
      "the file system is full",
      ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"', folder],
      "no space left on the device",
    ],
    [
      "files may not become so long",
      ["prlimit", "--fsize=1500"],
      "the file is longer than the system lets it be",
    ],
  ])("%s: nothing is deleted, and nothing is said to be saved", async ([why, through, words], { skip }) => {
    const [command = "", ...rest] = through;
    const works = spawnSync(command, [...rest, "true"]).status === 0;
    if (!works) console.warn(`LEFT OUT: ${why}, because ${command} does not work here`);
    skip(!works, `${command} does not work here`);
    for (let at = 0; at < 8; at += 1) {
      await createPolicy(cluster, "shop", `many-${String(at)}`, { podSelector: {} });
    }
    const was = await everything();
    const full = await runPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles], { through });
    expect([full.code, full.stdout]).toEqual([1, ""]);
    expect(full.stderr).toMatch(
      new RegExp(`cannot save to the bundle \\S+: ${words}; what it would have protected was not written`),
    );
    expect(full.stderr).not.toContain("saved in");
    expect(await everything()).toBe(was);
    // Nor is there a bundle that looks like one.
    expect(existsSync(bundles) ? readdirSync(bundles) : []).toEqual([]);
    expect((await migrate(cluster)).code).toBe(0);
  });

  test("past the boundary: what is left over is shown, --finish removes it, and not before", async () => {
    const early = await migrate(cluster, "--finish");
    expect([early.code, early.stdout]).toEqual([1, ""]);
    expect(early.stderr).toMatch(/--finish comes after the upgrade: calico-node is older than v2.3.0/);
    expect((await migrate(cluster)).code).toBe(0);
    await emptyNamespace(cluster, "odd", { [annotationKey]: defaultDeny });
    onTestFinished(() => installOldCalico(cluster, "kubernetes"));
    await installNewCalico(cluster, "kubernetes");
    const past = await migrate(cluster);
    expect(past.code).toBe(0);
    expect(past.stdout).toContain("policies have v1 semantics already");
    expect(past.stdout).toContain("annotations on bank; migrate-policy --finish removes them");
    expect(past.stdout).toContain("Closed by annotation, and by no policy: odd");
    const done = await migrate(cluster, "--finish");
    expect([done.code, lines(done.stdout)]).toEqual([0, ["namespace/bank annotated"]]);
    const { metadata } = (await cluster.api.ask("GET", "/api/v1/namespaces/bank")) as KubeObject;
    expect(metadata.annotations?.[annotationKey]).toBeUndefined();
    const odd = (await cluster.api.ask("GET", "/api/v1/namespaces/odd")) as KubeObject;
    expect(odd.metadata.annotations?.[annotationKey]).toBe(defaultDeny);
  });

  test("killed before or after any one write: run again, and the cluster is migrated and everything saved", async () => {
    const shop = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies";
    const bank = "/apis/networking.k8s.io/v1/namespaces/bank/networkpolicies";
    const isWrite = (method: string, path: string): boolean =>
      ["POST", "DELETE", "PATCH"].includes(method) && /networkpolicies|\/namespaces\/odd$/.test(path);
    await emptyNamespace(cluster, "odd", { [annotationKey]: "{broken" });
    for (const at of [1, 2, 3, 4, 5]) {
      for (const moment of ["before", "after"] as const) {
        const place = join(bundles, `${String(at)}-${moment}`);
        // Where the last round left off is not where this one begins.
        await cluster.api.ask("DELETE", shop);
        await cluster.api.ask("DELETE", "/apis/networking.k8s.io/v1/namespaces/odd/networkpolicies");
        await cluster.api.request("DELETE", `${bank}/default-deny-2`);
        await cluster.api.ask("PATCH", "/api/v1/namespaces/odd", {
          metadata: { annotations: { "calico-upgrade/treat-as": null } },
        });
        for (const name of ["one", "two"]) await createPolicy(cluster, "shop", name, { podSelector: {} });
        let writes = 0;
        let kill = (): void => undefined;
        const proxy = await between(cluster, async ({ method, path, forward }) => {
          if (!isWrite(method, path)) return await forward();
          writes += 1;
          if (writes < at) return await forward();
          if (writes === at && moment === "after") await forward();
          kill();
          return undefined;
        });
        const args = ["migrate-policy", "-y", "--treat-as=odd=isolated", "--bundle-dir", place];
        const first = startPlugin(cluster, args, proxy);
        kill = () => first.signal("SIGKILL");
        await first.ended;
        const again = await runPlugin(cluster, args);
        expect([again.code, at, moment], again.stderr).toEqual([0, at, moment]);
        const left = await rawCluster(cluster);
        const names = left.policies.map(({ namespace, name }) => `${namespace}/${name}`).toSorted();
        expect(names).toEqual(["bank/default-deny", "bank/default-deny-2", "odd/default-deny"]);
        const deleted = savedIn(place).flatMap(({ entries }) =>
          entries.filter(({ action }) => action === "deleted").map(({ name }) => name),
        );
        expect(new Set(deleted)).toEqual(new Set(["one", "two"]));
      }
    }
  }, 240_000);

  test("node does not cross the boundary before the migration is finished", async () => {
    const file = join(folder, "new.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: newCalico("kubernetes") }));
    const node = ["node", "node-01", "-f", file, "--template-only", "--dry-run=client"];
    const refused = await runPlugin(cluster, node);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: P02: .*to close: bank.*to delete: shop\/web.*migrate-policy/m);
    expect((await migrate(cluster)).code).toBe(0);
    expect((await runPlugin(cluster, node)).stderr).not.toContain("P02");
  });

  test("Ctrl-C: what is in flight is finished, the rest is left, and the way on is named", async () => {
    for (let at = 0; at < 20; at += 1) {
      await createPolicy(cluster, "shop", `many-${String(at)}`, { podSelector: {} });
    }
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const slow = await between(cluster, async ({ method, path, forward }) => {
      if (method === "DELETE" && !path.includes("dryRun")) {
        reached.resolve();
        await gate.promise;
      }
      return await forward();
    });
    const run = startPlugin(cluster, ["migrate-policy", "-y", "--bundle-dir", bundles], slow);
    await reached.promise;
    run.signal("SIGINT");
    await run.says(/interrupted: waiting for the requests under way/);
    gate.resolve();
    const { code, stderr, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^\d+ done, \d+ left\nerror: interrupted\nto continue: kubectl calico-upgrade migrate-policy --bundle-dir=\S+\n$/m,
    );
    const deleted = lines(stdout).filter((line) => line.includes("deleted"));
    expect(deleted.length).toBeLessThan(21);
    const [index] = savedIn(bundles);
    expect(index?.ended).toBeDefined();
    expect(index?.entries.filter(({ action }) => action === "deleted")).toHaveLength(deleted.length);
    expect((await migrate(cluster)).code).toBe(0);
  });

  test.skipIf(!hasTerminal)(
    "on a terminal the run is one task list: few writes have a line each, many a counter, and the check is one of the tasks",
    async () => {
      const command = `kubectl calico-upgrade migrate-policy -y --bundle-dir ${bundles}`;
      for (let at = 0; at < 60; at += 1)
        await createPolicy(cluster, "shop", `many-${String(at)}`, { podSelector: {} });
      const terminal = onTerminal(cluster, command);
      expect(await terminal.ended, terminal.screen().join("\n")).toBe(0);
      const screen = terminal.screen();
      const first = screen.findIndex((line) => line.startsWith("✔"));
      expect(screen.slice(first, first + 4)).toEqual([
        "✔ create default-deny policies",
        "  ✔ networkpolicy.networking.k8s.io/default-deny-2 created in bank namespace",
        "✔ delete policies of open namespaces: 61 policies",
        "✔ check every namespace again",
      ]);
      expect(screen[first + 4]).toMatch(/^saved in |^to undo: /);
    },
    60_000,
  );

  // Other systems have no such script(1).
  describe.skipIf(!hasTerminal)("H32: while the question stands somebody", () => {
    const spaces = "/api/v1/namespaces";
    const isolate = async (name: string, value: string | null): Promise<void> => {
      const path = `${spaces}/${name}`;
      await cluster.api.ask("PATCH", path, { metadata: { annotations: { [annotationKey]: value } } });
    };

    test.each([
      ["closes the namespace", async () => await isolate("shop", defaultDeny), /Create 1 on context \S+ \(/],
      ["takes the annotation away", async () => await isolate("bank", null), /^bank +default-deny +delete$/],
      [
        "adds a policy",
        async () => await createPolicy(cluster, "shop", "late", { podSelector: {} }),
        /^shop +late +delete$/,
      ],
    ] as const)(
      "%s: what is planned now is shown and asked anew, and every flow stays as it is then",
      async (_what, act, row) => {
        const terminal = onTerminal(cluster, `kubectl calico-upgrade migrate-policy --bundle-dir ${bundles}`);
        await terminal.shows(/Create 1, delete 1 on context \S+ \(/);
        await act();
        const was = await everything();
        const before = passing(await rawCluster(cluster), "kubernetes", "old");
        terminal.types("y\n");
        await terminal.shows(/changed while the question was open/);
        await terminal.shows(row);
        expect(await everything()).toBe(was);
        await poll(async () => terminal.screen().filter((line) => line.includes("[y/N]")).length > 1, {
          what: "the second question",
        });
        terminal.types("y\n");
        expect(await terminal.ended, terminal.screen().join("\n")).toBe(0);
        expect(terminal.screen().join("\n")).toContain("every namespace means the same");
        const after = await rawCluster(cluster);
        expect(passing(after, "kubernetes", "old")).toEqual(before);
        expect(passing(after, "kubernetes", "new")).toEqual(before);
      },
      60_000,
    );
  });

  test("H32: what was deleted from a namespace before somebody closed it is named, and the namespace stays closed", async () => {
    for (let at = 0; at < 20; at += 1)
      await createPolicy(cluster, "shop", `many-${String(at).padStart(2, "0")}`, { podSelector: {} });
    let deletes = 0;
    const proxy = await between(cluster, async ({ method, path, forward }) => {
      if (method !== "DELETE" || path.includes("dryRun")) return await forward();
      deletes += 1;
      if (deletes === 3) {
        await cluster.api.ask("PATCH", "/api/v1/namespaces/shop", {
          metadata: { annotations: { [annotationKey]: defaultDeny } },
        });
      }
      return await forward();
    });
    const { code, stderr } = await runPlugin(
      cluster,
      ["migrate-policy", "-y", "--bundle-dir", bundles],
      proxy,
    );
    expect(stderr).toMatch(/^Warning: closed by somebody after these policies were deleted .*shop\/many-00/m);
    expect(code).toBe(0);
    const left = await rawCluster(cluster);
    expect(passing(left, "kubernetes", "new")).toEqual(passing(left, "kubernetes", "old"));
  });

  // Last: it takes its time to go.
  test("a namespace that is being deleted is left alone", async () => {
    await createNamespace(cluster, "going", { [annotationKey]: defaultDeny });
    await createPolicy(cluster, "going", "last", { podSelector: {} }, { finalizers: ["example.com/hold"] });
    onTestFinished(async () => {
      const held = "/apis/networking.k8s.io/v1/namespaces/going/networkpolicies/last";
      await cluster.api.request("PATCH", held, { metadata: { finalizers: null } });
    });
    await cluster.api.ask("DELETE", "/api/v1/namespaces/going");
    const { code, stdout } = await migrate(cluster);
    expect(code).toBe(0);
    expect(stdout).not.toContain("going");
  });
});
