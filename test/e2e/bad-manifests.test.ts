/**
 * Manifests that cannot be meant, or that somebody else interferes with: one clear line, exit code 1, and
 * nothing written; what only looks strange is read as kubectl reads it.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { interpose } from "./support/interposer.ts";
import { lines, runPlugin, type Result } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const version = "v3.29.7";
const config = "/api/v1/namespaces/kube-system/configmaps/calico-config";
const all = hostedCalico({ version });
const etcd = hostedCalico({ version, datastore: "etcd" });

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  cluster = await testCluster({ nodes: 1, audit: "Metadata" });
  folder = await mkdtemp(join(tmpdir(), "bad-manifests-"));
  await install();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster?.stop();
});

async function install(): Promise<void> {
  await cluster.resetCalico();
  const { code, stderr } = await cluster.kubectl(["apply", "-f", await file(toYaml(all))]);
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
}

let count = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${String((count += 1))}.yaml`);
  await writeFile(path, content);
  return path;
}

const commands = {
  apply: ["apply", "-y"],
  controller: ["controller"],
  configmap: ["configmap"],
  node: ["node", "node-01"],
} as const;
type Command = keyof typeof commands;

const run = (command: Command, path: string, ...flags: readonly string[]): Promise<Result> =>
  runPlugin(cluster, [
    ...commands[command],
    "-f",
    path,
    ...flags,
    "--settle=0s",
    "--bundle-dir",
    join(folder, "bundles"),
  ]);

function part(kind: string): KubeObject {
  const found = all.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

const named = (object: KubeObject, change: object): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ...change },
});

const only = (kind: string, made: (object: KubeObject) => KubeObject | readonly KubeObject[]) =>
  toYaml(all.flatMap((object) => (object.kind === kind ? made(object) : object)));

/** What each command says; those that are not named do not look at that part of a file. */
const cases: readonly (readonly [string, () => string | Uint8Array, Partial<Record<Command, RegExp>>])[] = [
  [
    "another datastore's than the cluster's",
    () => toYaml(etcd),
    {
      apply: /datastore/,
      controller: /is for the etcd datastore, and this cluster's Calico uses the Kubernetes datastore/,
      configmap: /M02: ConfigMap kube-system\/calico-config in the file is for the etcd datastore/,
      node: /M02: the file is for the etcd datastore, and this Calico uses kubernetes/,
    },
  ],
  [
    "two controllers in one file",
    () => only("Deployment", (object) => [object, named(object, { name: "second" })]),
    { apply: /there are 2 controllers .*; never two may run/, controller: /has 2 controllers/ },
  ],
  [
    "a controller of another namespace",
    () => only("Deployment", (object) => named(object, { namespace: "shop" })),
    { apply: /is of namespace shop/, controller: /is Deployment shop\/calico-kube-controllers/ },
  ],
  [
    "a ConfigMap of another namespace",
    () => only("ConfigMap", (object) => named(object, { namespace: "shop" })),
    { apply: /is of namespace shop/, configmap: /is shop\/calico-config and the cluster's is kube-system/ },
  ],
  [
    "an object twice",
    () => toYaml([...all, part("Deployment"), part("ConfigMap"), part("DaemonSet")]),
    {
      apply: /has the DaemonSet kube-system\/calico-node 2 times/,
      controller: /several times/,
      configmap: /2 times/,
      node: /twice|2 times|several/,
    },
  ],
  [
    "a template without calico-node",
    () =>
      only("DaemonSet", (object) => {
        const text = JSON.stringify(object).replaceAll(
          '"name":"calico-node","image"',
          '"name":"other","image"',
        );
        return JSON.parse(text.replaceAll("calico/node:", "example/other:")) as KubeObject;
      }),
    { apply: /no calico-node DaemonSet/, node: /calico-node/ },
  ],
  [
    "tabs",
    () => toYaml(all).replace("\n  ", "\n\t"),
    eachSays(/error parsing .*: error converting YAML to JSON: /),
  ],
  ["a binary", () => randomBytes(64 * 1024), eachSays(/control characters|error parsing|not UTF-8/i)],
  ["the start of a file", () => toYaml(all).slice(0, 700), eachSays(/./)],
  ["an alias that nothing defines", () => "apiVersion: v1\nkind: *no\n", eachSays(/error parsing/)],
  [
    "a bomb of aliases",
    () =>
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
        .split("")
        .map((name, index) => {
          const before = "abcdefghij"[index] ?? "a";
          return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(",")}]\n`;
        })
        .join("")}`,
    eachSays(/error parsing|is missing/),
  ],
];

function eachSays(message: RegExp): Readonly<Record<Command, RegExp>> {
  return { apply: message, controller: message, configmap: message, node: message };
}

describe("one line, and nothing written", () => {
  const each = cases.flatMap(([what, make, says]) =>
    (Object.entries(says) as [Command, RegExp][]).map(([command, message]) => ({
      what,
      command,
      make,
      message,
    })),
  );
  test.each(each)("$command: $what", async ({ command, make, message }) => {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run(command, await file(make()));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(lines(stderr).filter((line) => line.startsWith("error: "))).toHaveLength(1);
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

describe("apply: one line for each object, and nothing written", () => {
  const withMetadata = (more: object): string =>
    toYaml(
      all.map((object) =>
        object.kind === "ServiceAccount" ? { ...object, metadata: { ...object.metadata, ...more } } : object,
      ),
    );
  test.each([
    [
      "another state of what is there",
      { resourceVersion: "1" },
      /resourceVersion is \d+ and the file says 1/,
    ],
    [
      "an object that was made anew since",
      { uid: "one-of-old" },
      /uid is [-0-9a-f]{36} and the file says one-of-old/,
    ],
  ])("a file that was written down from %s", async (_what, more, message) => {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run("apply", await file(withMetadata(more)));
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("an address is not asked for", async () => {
    const { code, stdout, stderr } = await run("apply", "https://example.com/calico.yaml");
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      "error: -f takes files, not URLs: curl -LO https://example.com/calico.yaml, then -f calico.yaml\n",
    ]);
  });
});

describe("a file that was written down from another state is not written over what came since", () => {
  const kinds = { node: "DaemonSet", controller: "Deployment", configmap: "ConfigMap" } as const;
  const stale = { resourceVersion: "1" };
  const replacement = { uid: "one-of-old" };

  test.each(
    (["node", "controller", "configmap"] as const).flatMap((command) => [
      { command, more: stale, message: /resourceVersion is \d+ and the file says 1\n/ },
      { command, more: replacement, message: /uid is [-0-9a-f]{36} and the file says one-of-old\n/ },
    ]),
  )("$command -f refuses $more as kubectl answers Conflict", async ({ command, more, message }) => {
    const path = await file(
      only(kinds[command], (object) => ({
        ...object,
        metadata: { ...object.metadata, ...more, labels: { changed: "true" } },
      })),
    );
    const replaced = await cluster.kubectl(["replace", "--dry-run=server", "-f", path]);
    expect([replaced.code, replaced.stderr]).toEqual([1, expect.stringMatching(/Conflict|conflict/)]);
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run(command, path);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
    expect(stderr).toContain("take uid and resourceVersion out of it");
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

describe("read as kubectl reads it", () => {
  test("a directory in which a file has nothing in it: the others count", async () => {
    const directory = await mkdtemp(join(folder, "parts-"));
    await writeFile(join(directory, ".empty.yaml"), "# nothing\n---\n");
    await writeFile(join(directory, "calico.yaml"), toYaml(all));
    const empty = join(directory, ".empty.yaml");
    expect(await run("apply", directory)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("nothing to do") as string,
    });
    expect(await run("apply", empty)).toMatchObject({ code: 1, stderr: `error: no objects in ${empty}\n` });
  });

  test.each([
    ["CRLF", () => toYaml(all).replaceAll("\n", "\r\n")],
    ["10 MB, most of it comments", () => `${`# ${"x".repeat(98)}\n`.repeat(100_000)}${toYaml(all)}`],
    [
      "anchors and merge keys",
      () =>
        toYaml(all).replace(
          /^( *)(k8s-app: calico-kube-controllers)$/m,
          (_whole, space: string, entry: string) => `${space}<<: &shared\n${space}  ${entry}`,
        ),
    ],
  ])("%s: nothing to do where nothing is different", async (_what, make) => {
    const path = await file(make());
    const mark = await cluster.audit.mark();
    expect(await run("apply", path)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("nothing to do") as string,
    });
    expect(await run("configmap", path)).toMatchObject({
      code: 0,
      stdout: "configmap/calico-config unchanged\n",
    });
    const controller = await run("controller", path);
    expect([controller.code, controller.stdout]).toEqual([
      0,
      "deployment.apps/calico-kube-controllers unchanged\n",
    ]);
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("10 MB in one value: the server's refusal comes before the first write, with the object's name", async () => {
    const large: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "calico-large", namespace: "kube-system" },
      data: { large: "x".repeat(10_000_000) },
    };
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await run("apply", await file(toYaml([...all, large])));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/configmap\/calico-large: .*(too large|must have at most)/i);
    expect(stderr).toContain("nothing was changed");
    expect(stderr.length).toBeLessThan(2_000);
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

test("H27: what escalation prevention refuses is told before the first write, whatever access reviews say", async () => {
  const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
  const kubeconfig = await cluster.userKubeconfig({
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs }],
  });
  const may = async (verb: string) => {
    const { stdout } = await cluster.kubectl([
      "auth",
      "can-i",
      verb,
      "clusterroles",
      "--kubeconfig",
      kubeconfig,
    ]);
    return stdout.startsWith("yes");
  };
  await poll(() => may("update"), { what: "the user's rights" });
  expect(await may("escalate")).toBe(false);
  // A right that the user does not hold.
  const more = { apiGroups: [""], resources: ["nodes"], verbs: ["deletecollection"] };
  const path = await file(
    only("ClusterRole", (object) => ({ ...object, rules: [...(object["rules"] as object[]), more] })),
  );
  const mark = await cluster.audit.mark();
  const args = ["apply", "-y", "-f", path, "--bundle-dir", join(folder, "bundles")];
  const { code, stdout, stderr } = await runPlugin(cluster, [...args, "--ignore-preflight-errors=all"], {
    kubeconfig,
  });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/clusterrole\.rbac\.authorization\.k8s\.io\/calico-node: .*not currently held/);
  expect(stderr).toContain("nothing was changed");
  expect(await writes(cluster, mark)).toEqual([]);
});

test("node --template-only makes no etcd cluster of one with the Kubernetes datastore", async () => {
  const mark = await cluster.audit.mark();
  const { code, stdout, stderr } = await run("node", await file(toYaml(etcd)), "--template-only");
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    expect.stringMatching(/M02: the file is for the etcd datastore, and this Calico uses kubernetes/),
  ]);
  expect(await writes(cluster, mark)).toEqual([]);
});

describe("a file for the other datastore is refused as that, before any of its values is judged", () => {
  const published = toYaml(etcd).replaceAll(/https?:\/\/[\d.]+:\d+/g, "http://<ETCD_IP>:<ETCD_PORT>");

  test.each([
    ...Object.entries(commands),
    ["plan", ["plan"]],
    ["preflight", ["preflight"]],
  ] as readonly (readonly [string, readonly string[]])[])("%s -f", async (_name, args) => {
    expect(published).toContain("<ETCD_IP>");
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await runPlugin(cluster, [...args, "-f", await file(published)]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      / for the etcd datastore,? and this (Calico|cluster's Calico) (uses|has its data in) /,
    );
    expect(stderr).not.toContain("ETCD_IP");
    expect(stderr).not.toContain("--print-missing");
    expect(await writes(cluster, mark)).toEqual([]);
  });
});

describe("the ConfigMap changes while apply works", () => {
  beforeEach(install);

  test("H14: what somebody sets between the difference and the write is not overwritten; what was done is listed", async () => {
    const extra: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "calico-extra", namespace: "kube-system" },
      data: { a: "b" },
    };
    const wanted = only("ConfigMap", (object) => [
      extra,
      { ...object, data: { ...(object["data"] as object), veth_mtu: "1400" } },
    ]);
    const path = await file(wanted);
    const between = await interpose(cluster, async ({ method, path: to, forward }) => {
      if (to.includes("watch=")) return "stream";
      const first = method === "POST" && to.includes("/configmaps") && !to.includes("dryRun");
      if (first) await cluster.api.ask("PATCH", `${config}?fieldManager=ann`, { data: { veth_mtu: "1234" } });
      return await forward();
    });
    const { code, stdout, stderr } = await runPlugin(
      cluster,
      ["apply", "-y", "-f", path, "--settle=0s", "--bundle-dir", join(folder, "bundles")],
      between,
    );
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/configmap\/calico-config: \.data\.veth_mtu was set by "ann" at 20\d\d-/),
    ]);
    expect(lines(stdout)[0]).toBe("configmap/calico-extra created");
    expect(stdout).not.toContain("configmap/calico-config");
    expect(stderr).toMatch(/expand +done/);
    expect(stderr).toMatch(/configmap +failed/);
    for (const step of ["nodes", "contract"]) expect(stderr).toMatch(new RegExp(`${step} +not reached`));
    expect(stderr).toMatch(/^saved in \S+; to undo: .* undo /m);
    const live = async () => at(await cluster.api.ask("GET", config), "data", "veth_mtu");
    expect(await live()).toBe("1234");
    const forced = await run("apply", path, "--force-conflicts", "--ignore-preflight-errors=H17");
    expect(forced, forced.stderr).toMatchObject({ code: 0 });
    expect(await live()).toBe("1400");
  });
});
