/**
 * `apply` where something stands in its way or belongs to somebody else: what is told, what is left as it was,
 * and that the same command ends where it would have ended.
 */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, listAt, type KubeObject } from "../cluster/kube-object.ts";
import type { Savepoint } from "../cluster/savepoint.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { selectedAnew } from "./support/selected.ts";
import { testCluster } from "./test-cluster.ts";

const namespace = "kube-system";
const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const core = `/api/v1/namespaces/${namespace}`;
const apps = `/apis/apps/v1/namespaces/${namespace}`;

let cluster: Cluster;
let folder: string;
let old: string;
let next: string;
let empty: Savepoint;

beforeAll(async () => {
  cluster = await testCluster({ nodes: 1, audit: "Request" });
  empty = await cluster.savepoints.save();
  folder = await mkdtemp(join(tmpdir(), "apply-trouble-"));
  old = await file("old", hostedCalico({ version: "v3.29.7" }));
  next = await file("next", hostedCalico({ version: "v3.30.7" }));
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  await cluster.resetCalico();
  // CRDs too: whose they are is what is looked at here.
  await cluster.savepoints.restore(empty);
});

async function file(name: string, objects: readonly KubeObject[]): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, toYaml(objects));
  return path;
}
async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
async function install(path: string, ...flags: readonly string[]): Promise<void> {
  await kubectl("apply", ...flags, "-f", path);
  await workloadsReady(cluster);
}
function args(path: string, ...flags: readonly string[]): readonly string[] {
  return ["apply", "-f", path, "-y", "--settle=0s", "--bundle-dir", join(folder, "bundles"), ...flags];
}
const apply = (path: string, ...flags: readonly string[]) => runPlugin(cluster, args(path, ...flags));
const bundleOf = (stderr: string): string => /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "no bundle named";
const get = async (path: string): Promise<KubeObject> => (await cluster.api.ask("GET", path)) as KubeObject;

/** kubectl has nothing left to do. Defaults that a file spells out are never unchanged for kubectl. */
async function isAsInFile(path: string): Promise<void> {
  const first = await kubectl("apply", "-f", path);
  expect(await kubectl("apply", "-f", path)).toBe(first);
}

describe("H06: Typha from v3.32 on drops older clients", () => {
  const typha = (version: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "calico-typha", namespace, labels: { "k8s-app": "calico-typha" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { "k8s-app": "calico-typha" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: { "k8s-app": "calico-typha" } },
        spec: {
          tolerations: [{ operator: "Exists" }],
          containers: [{ name: "calico-typha", image: `docker.io/calico/typha:${version}` }],
        },
      },
    },
  });
  const withTypha = (version: string) => [...hostedCalico({ version }), typha(version)];

  test("no run stops between Typha and the last node; its new pods are Ready before the old ones go, and nodes follow", async () => {
    const [before, after] = [
      await file("typha-old", withTypha("v3.30.7")),
      await file("typha-next", withTypha("v3.32.1")),
    ];
    await install(before);
    const mark = await cluster.audit.mark();
    for (const flag of ["--skip-nodes", "--until-step=typha", "--until-step=configmap"]) {
      const { code, stderr } = await apply(after, flag);
      expect([flag, code, stderr]).toEqual([flag, 1, expect.stringContaining("H06")]);
    }
    expect(await writes(cluster, mark)).toEqual([]);

    const { code, stderr } = await apply(after);
    expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
    const deployment = await get(`${apps}/deployments/calico-typha`);
    expect(at(deployment, "status", "updatedReplicas")).toBe(2);
    // A pod of the old template went only when a new one was Ready: two were available all the time.
    const seen = await cluster.audit.since(mark);
    const readyAt = seen.filter(
      ({ verb, objectRef }) =>
        verb === "patch" &&
        objectRef?.["subresource"] === "status" &&
        String(objectRef["name"]).startsWith("calico-typha-"),
    );
    const goneAt = seen.filter(
      ({ verb, objectRef }) => verb === "delete" && String(objectRef?.["name"]).startsWith("calico-typha-"),
    );
    expect(readyAt.length).toBeGreaterThan(0);
    expect(goneAt.length).toBeGreaterThan(0);
    // The note of who works on the DaemonSet comes before all; its template comes after Typha.
    const templates = seen
      .filter(
        ({ verb, uri, requestObject }) =>
          verb === "patch" && !uri.includes("dryRun") && at(requestObject, "spec", "template") !== undefined,
      )
      .map(({ objectRef }) => `${String(objectRef?.["resource"])}/${String(objectRef?.["name"])}`);
    const wroteTypha = templates.indexOf("deployments/calico-typha");
    const wroteSet = templates.indexOf("daemonsets/calico-node");
    expect([wroteTypha >= 0, wroteTypha < wroteSet]).toEqual([true, true]);
  });
});

test("H14: an install that Argo CD applied server-side stays its own: its next sync has nothing to write", async () => {
  const owner = ["--server-side", "--field-manager=argocd-controller"];
  await install(old, ...owner);
  expect((await apply(next)).code).toBe(0);
  const applied = async () => {
    const { items } = JSON.parse(await kubectl("get", "-f", next, "-o", "json", "--show-managed-fields")) as {
      readonly items: readonly KubeObject[];
    };
    return items.map(({ kind, metadata }) => ({
      object: `${kind}/${metadata.name}`,
      by: listAt(metadata, "managedFields").filter((entry) => at(entry, "operation") === "Apply"),
    }));
  };
  const before = await applied();
  await kubectl("apply", ...owner, "-f", next);
  expect(await applied()).toEqual(before);
  const { metadata } = await get(`${apps}/daemonsets/calico-node`);
  expect(metadata.annotations).not.toHaveProperty("kubectl.kubernetes.io/last-applied-configuration");
});

test("H14: what kubectl set env and a GitOps controller have set is shown with manager and time; nothing is written", async () => {
  await install(old);
  await kubectl(
    "-n",
    namespace,
    "set",
    "env",
    "daemonset/calico-node",
    "-c",
    "calico-node",
    "CALICO_IPV4POOL_IPIP=Never",
  );
  const config = { apiVersion: "v1", kind: "ConfigMap", data: { cni_network_config: "theirs" } };
  await cluster.api.ask(
    "PATCH",
    `${core}/configmaps/calico-config?fieldManager=argocd-controller&force=true`,
    config,
    { "content-type": "application/apply-patch+yaml" },
  );
  const mark = await cluster.audit.mark();
  const { code, stderr } = await apply(next);
  expect(code).toBe(1);
  expect(stderr).toMatch(/CALICO_IPV4POOL_IPIP.* was set by "kubectl-set" at 20\d\d-/);
  expect(stderr).toMatch(/\.data\.cni_network_config was set by "argocd-controller" at 20\d\d-/);
  expect(await writes(cluster, mark)).toEqual([]);
});

test("what the server never changes is explained; --recreate deletes and creates it, saved first", async () => {
  await install(old);
  const [binding] = hostedCalico({ version: "v3.29.7" }).filter(({ kind }) => kind === "ClusterRoleBinding");
  if (binding === undefined) throw new Error("the builder made no binding");
  const { name } = binding.metadata;
  await cluster.api.ask("DELETE", `${bindings}/${name}`);
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
  await cluster.api.ask("POST", bindings, { ...binding, roleRef });
  const live = await get(`${bindings}/${name}`);

  const mark = await cluster.audit.mark();
  const refused = await apply(next);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--recreate")]);
  expect(refused.stderr).toContain(`clusterrolebinding.rbac.authorization.k8s.io/${name}: `);
  expect(refused.stderr).toContain("roleRef");
  expect(await writes(cluster, mark)).toEqual([]);

  const { code, stdout, stderr } = await apply(next, "--recreate");
  expect([code, stderr]).toEqual([0, expect.stringContaining(`delete and create again: `)]);
  expect(stdout).toMatch(new RegExp(`/${name} deleted\\n.*/${name} created`));
  const made = await get(`${bindings}/${name}`);
  expect(made.metadata.uid).not.toBe(live.metadata.uid);
  expect(at(made, "roleRef", "name")).not.toBe("view");
  expect(await savedText(bundleOf(stderr))).toContain("name: view");
  await isAsInFile(next);
});

test("--recreate: a controller whose selector changed is made anew, never two at once", async () => {
  await install(old);
  const path = await file("selector", hostedCalico({ version: "v3.30.7" }).map(selectedAnew));
  const refused = await apply(path);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--recreate")]);
  const { code, stderr } = await apply(path, "--recreate");
  expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
  const deployment = await get(`${apps}/deployments/calico-kube-controllers`);
  expect(at(deployment, "spec", "selector", "matchLabels", "generation")).toBe("second");
  await isAsInFile(path);
});

test("a Secret that is there is left alone; --with-secrets changes it, and its values enter no bundle", async () => {
  const secret = (value: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "calico-tls", namespace },
    data: { key: Buffer.from(value).toString("base64") },
  });
  const path = await file("secret", [...hostedCalico({ version: "v3.29.7" }), secret("new-value")]);
  await install(await file("secret-old", [...hostedCalico({ version: "v3.29.7" }), secret("old-value")]));
  const value = async () =>
    Buffer.from(String(at(await get(`${core}/secrets/calico-tls`), "data", "key")), "base64").toString();

  const left = await apply(path);
  expect([left.code, await value()]).toEqual([0, "old-value"]);
  const { code, stderr } = await apply(path, "--with-secrets");
  expect([code, await value()]).toEqual([0, "new-value"]);
  expect(stderr).toContain("undo cannot restore Secrets");
  const saved = await savedText(bundleOf(stderr));
  for (const each of ["old-value", "new-value"]) {
    expect(saved).not.toContain(each);
    expect(saved).not.toContain(Buffer.from(each).toString("base64"));
  }
});

test("the server refuses one object in the middle: what was done and what not is listed, and the same command ends it", async () => {
  await install(old);
  const extra: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-extra", namespace },
    data: { a: "b" },
  };
  const path = await file("refused", [...hostedCalico({ version: "v3.30.7" }), extra]);
  // A dry run passes, as with a webhook that has side effects.
  const name = "no-extra";
  const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
  await cluster.api.ask("POST", policies, {
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
        ],
      },
      validations: [
        {
          expression: "(has(request.dryRun) && request.dryRun) || object.metadata.name != 'calico-extra'",
          message: "not today",
        },
      ],
    },
  });
  await cluster.api.ask("POST", policies.replace("policies", "policybindings"), {
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  });
  const elsewhere = "/api/v1/namespaces/default/configmaps";
  const isRefused = async (): Promise<boolean> => {
    const { status } = await cluster.request("POST", elsewhere, {
      metadata: { name: extra.metadata.name },
    });
    await cluster.request("DELETE", `${elsewhere}/${extra.metadata.name}`);
    return status >= 400;
  };
  await poll(isRefused, { what: "the policy in force" });

  const stopped = await apply(path);
  expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining("configmap/calico-extra: ")]);
  expect(stopped.stderr).toContain("not today");
  expect(stopped.stderr).toMatch(/expand +failed/);
  for (const step of ["typha", "controller", "configmap", "nodes", "contract"])
    expect(stopped.stderr).toMatch(new RegExp(`${step} +not reached`));
  expect(stopped.stderr).toContain("to continue: ");
  // What was done before it is on standard output, and in the bundle that is named.
  const index = JSON.parse(await readFile(join(bundleOf(stopped.stderr), "index.json"), "utf8")) as {
    readonly entries: readonly { readonly kind: string; readonly name: string; readonly done: boolean }[];
  };
  const done = index.entries.filter((entry) => entry.done).map((entry) => entry.name);
  expect(done.length).toBeGreaterThan(0);
  for (const each of done) expect(stopped.stdout).toContain(`/${each} `);
  expect(done).not.toContain("calico-extra");

  await cluster.api.ask("DELETE", `${policies.replace("policies", "policybindings")}/${name}`);
  await cluster.api.ask("DELETE", `${policies}/${name}`);
  await poll(async () => !(await isRefused()), { what: "the policy gone" });
  expect((await apply(path)).code).toBe(0);
  await isAsInFile(path);
});

test("Ctrl-C between two steps: what was done is said, and the same command goes on", async () => {
  await install(old);
  const running = startPlugin(cluster, args(next));
  await running.says(/^expand: /m);
  running.signal("SIGINT");
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([130, expect.stringContaining("to continue: ")]);
  const again = await apply(next, "--take-over");
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("contract: ")]);
  await isAsInFile(next);
});

async function savedText(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const texts = await Promise.all(names.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
  return texts.join("\n");
}
