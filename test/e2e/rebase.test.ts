/**
 * Settings of somebody's own, carried over into the next release's manifest: the file loses none of them, an upgrade to
 * it leaves each as it was, and kubectl and kustomize say the same of it.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../../src/manifest/parse.ts";
import { customised, type Customisation } from "../calico/customised.ts";
import { toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { ensureBuilt } from "../cluster/binaries/build.ts";
import { recipes } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { pluginEnv, runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const run = promisify(execFile);
const old = join(manifests, "v3.28", "kdd.yaml");
const next = join(manifests, "v3.29", "kdd.yaml");

const chosen: readonly Customisation[] = [
  "own-cni",
  "own-probes",
  "own-resources",
  "sidecar",
  "annotations",
  "pool",
  "autodetection",
  "mtu",
  "tolerations",
  "own-rule",
  "felix-setting",
  "own-volume",
  "few-controllers",
];

const objectsOf = (text: string): readonly KubeObject[] =>
  parseManifest(text, "manifest").map(({ object }) => object as KubeObject);

const kept = [
  ["ds/calico-node", '{.spec.template.spec.containers[?(@.name=="log-shipper")].image}'],
  [
    "ds/calico-node",
    '{.spec.template.spec.containers[?(@.name=="calico-node")].livenessProbe.timeoutSeconds}',
  ],
  ["ds/calico-node", '{.spec.template.spec.containers[?(@.name=="calico-node")].resources}'],
  ["ds/calico-node", "{.spec.template.metadata.annotations.prometheus\\.io/port}"],
  [
    "ds/calico-node",
    '{.spec.template.spec.containers[?(@.name=="calico-node")].env[?(@.name=="IP_AUTODETECTION_METHOD")].value}',
  ],
  [
    "ds/calico-node",
    '{.spec.template.spec.containers[?(@.name=="calico-node")].env[?(@.name=="CALICO_IPV4POOL_CIDR")].value}',
  ],
  ["ds/calico-node", "{.spec.template.spec.tolerations}"],
  ["ds/calico-node", '{.spec.template.spec.volumes[?(@.name=="site-certs")]}'],
  ["cm/calico-config", "{.data.veth_mtu}"],
  [
    "deploy/calico-kube-controllers",
    '{.spec.template.spec.containers[0].env[?(@.name=="ENABLED_CONTROLLERS")].value}',
  ],
] as const;

describe.skipIf(!existsSync(manifests))("rebase", { timeout: 300_000 }, () => {
  let cluster: Cluster;
  let folder = "";
  let mine = "";
  let kustomize = "";

  beforeAll(async () => {
    const [built = ""] = await ensureBuilt([recipes.kustomize], { progress: (line) => console.log(line) });
    kustomize = join(built, "kustomize");
    folder = await mkdtemp(join(tmpdir(), "rebase-"));
    mine = join(folder, "mine.yaml");
    const objects = parseManifest(readFileSync(old, "utf8"), old).map(({ object }) => object);
    await writeFile(mine, toYaml(customised(objects, ...chosen) as readonly KubeObject[]));
    cluster = await testCluster({ kubeVersion: "1.36" });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => cluster.resetCalico());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(args);
    expect([code, stderr]).toEqual([0, stderr]);
    return stdout;
  }
  const plugin = (...args: readonly string[]) => runPlugin(cluster, args);
  const settings = () =>
    Promise.all(
      kept.map(([object, path]) => kubectl("-n", "kube-system", "get", object, "-o", `jsonpath=${path}`)),
    );

  const generation = () =>
    kubectl(
      "get",
      "ds/calico-node",
      "deploy/calico-kube-controllers",
      "--namespace=kube-system",
      "--output=jsonpath={.items[*].metadata.generation}",
    );

  async function install(...flags: readonly string[]): Promise<void> {
    await kubectl("apply", ...flags, "-f", mine);
    await workloadsReady(cluster);
  }

  // First: the others leave CRDs with other owners behind.
  test("every command of docs/customised-installs.md does what the page says", async () => {
    await install();
    const story = await mkdtemp(join(folder, "story-"));
    await copyFile(old, join(story, "calico-v3.28.yaml"));
    await copyFile(next, join(story, "calico-v3.29.yaml"));
    await copyFile(mine, join(story, "my-calico.yaml"));
    const env = { ...pluginEnv(cluster), XDG_STATE_HOME: story };
    const codes: (readonly [number, string])[] = [];
    for (const commands of blocksOf("docs/customised-installs.md")) {
      const ended = run("bash", ["-ec", commands], { cwd: story, env, maxBuffer: 2 ** 26 });
      codes.push(
        await ended.then(
          () => [0, ""] as const,
          (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) =>
            [error.code, `${error.stdout}${error.stderr}`] as const,
        ),
      );
    }
    // The first one says what would be lost.
    const [first, ...others] = codes;
    expect(first?.[0]).toBe(1);
    expect(others).toEqual(others.map(() => [0, ""]));
    expect(codes.length).toBe(8);
    expect(await readFile(join(story, "calico-mine.yaml"), "utf8")).toContain("log-shipper");
  });

  test.each([
    { way: "client-side", flags: [] },
    { way: "server-side", flags: ["--server-side"] },
  ])(
    "installed $way: preflight sees no loss in the rebased file, apply keeps every setting, kubectl has nothing to do, undo goes back",
    async ({ way, flags }) => {
      await install(...flags);
      const before = await settings();
      expect(before).not.toContain("");
      const plain = await plugin("preflight", "-f", next);
      expect(plain.stdout).toContain("kubectl calico-upgrade rebase -f ");

      const rebased = await plugin("rebase", "-f", next);
      expect([rebased.code, rebased.stderr]).toEqual([0, expect.not.stringContaining("conflict")]);
      const file = join(folder, `rebased-${way}.yaml`);
      await writeFile(file, rebased.stdout);
      // From a file of one's own it is the same: what the server has filled in is not carried.
      const alone = await plugin("rebase", "-f", next, "--mine", mine, "--base", old);
      expect(byKey(objectsOf(alone.stdout))).toEqual(byKey(objectsOf(rebased.stdout)));

      const { stdout } = await plugin("preflight", "-f", file, "-o", "json");
      const { findings } = JSON.parse(stdout) as {
        readonly findings: readonly {
          readonly id: string;
          readonly outcome: string;
          readonly because: string;
        }[];
      };
      const lost = findings.filter(
        ({ id, outcome }) => /^M(0[4-7]|1[0-2]|2[01])$/.test(id) && outcome !== "pass" && outcome !== "n/a",
      );
      expect(lost).toEqual([]);

      const quick = ["-y", "--settle=0s", "--ignore-preflight-errors=all"];
      const bundles = ["--bundle-dir", join(folder, "bundles")];
      const applied = await plugin("apply", "-f", file, ...quick, ...bundles);
      expect([applied.code, applied.stderr]).toEqual([0, applied.stderr]);
      expect(await settings()).toEqual(before);
      // kubectl says "configured" of what servers do not store; whether anything was changed the generation tells.
      const generations = await generation();
      await kubectl("apply", ...flags, "-f", file);
      expect([await settings(), await generation()]).toEqual([before, generations]);
      // Who changes over to server-side apply has set nothing otherwise, so that undo still goes back.
      await kubectl("apply", "--server-side", "--force-conflicts", "-f", file);
      expect(await settings()).toEqual(before);

      const bundle = /saved in ([^;\s]+)/.exec(applied.stderr)?.[1] ?? "no bundle named";
      const undone = await plugin("undo", bundle, ...quick);
      expect([undone.code, undone.stderr]).toEqual([0, undone.stderr]);
      expect(await settings()).toEqual(before);
    },
  );

  test("without a setting of your own the file comes out byte for byte", async () => {
    await kubectl("apply", "-f", old);
    await workloadsReady(cluster);
    const { code, stdout } = await plugin("rebase", "-f", next);
    expect([code, stdout === readFileSync(next, "utf8")]).toEqual([0, true]);
  });

  test("what was saved of a cluster is enough, and says the same", async () => {
    await install();
    const facts = join(folder, "facts.json");
    await plugin("status", "--save-facts", facts);
    const live = await plugin("rebase", "-f", next);
    const saved = await plugin("rebase", "-f", next, "--facts", facts);
    expect([saved.code, saved.stdout === live.stdout]).toEqual([live.code, true]);
  });

  test("kustomize builds the rebased manifest, and files that are there stay", async () => {
    const overlay = join(folder, "overlay");
    const made = await plugin("rebase", "-f", next, "--mine", mine, "-o", `kustomize=${overlay}`);
    expect([made.code, made.stdout]).toEqual([0, ""]);
    const { stdout } = await run(kustomize, ["build", overlay], { maxBuffer: 2 ** 26 });
    const rebased = await plugin("rebase", "-f", next, "--mine", mine);
    expect(byKey(objectsOf(stdout))).toEqual(byKey(objectsOf(rebased.stdout)));

    const patch = join(overlay, "daemonset-calico-node.yaml");
    const text = await readFile(patch, "utf8");
    await writeFile(patch, `# mine\n${text}`);
    const refused = await plugin("rebase", "-f", next, "--mine", mine, "-o", `kustomize=${overlay}`);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--force overwrites")]);
    expect(await readFile(patch, "utf8")).toBe(`# mine\n${text}`);
    const forced = await plugin(
      "rebase",
      "-f",
      next,
      "--mine",
      mine,
      "-o",
      `kustomize=${overlay}`,
      "--force",
    );
    expect([forced.code, await readFile(patch, "utf8")]).toEqual([0, text]);
  });

  test("a conflict is listed with all three values and marked, until --prefer decides", async () => {
    const target = join(manifests, "v3.30", "kdd.yaml");
    const from = ["--mine", mine, "--base", join(manifests, "v3.29", "kdd.yaml")];
    const open = await plugin("rebase", "-f", target, ...from);
    expect([open.code, open.stderr]).toEqual([
      1,
      expect.stringMatching(
        /upstream before: "node"\n +yours: +"policy,.*\n +upstream now: +"node,loadbalancer"/,
      ),
    ]);
    expect(open.stdout).toContain("# CONFLICT spec.template.spec.containers");
    const path = /--prefer='(mine:[^']+ENABLED_CONTROLLERS[^']+)'/.exec(open.stderr)?.[1] ?? "none";
    const decided = await plugin("rebase", "-f", target, ...from, `--prefer=${path}`);
    expect([decided.code, decided.stdout]).toEqual([0, expect.not.stringContaining("CONFLICT")]);
    expect(decided.stdout).toContain("policy,namespace,serviceaccount");
    const theirs = await plugin("rebase", "-f", target, ...from, "--prefer=upstream");
    expect([theirs.code, theirs.stdout]).toEqual([0, expect.stringContaining("node,loadbalancer")]);
  });
});

/** The commands of a page, block by block. */
function blocksOf(page: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, "../..", page), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands);
}

/** Kustomize puts the elements that a patch names first: the order of lists with names is no setting. */
function byKey(objects: readonly unknown[]): ReadonlyMap<string, unknown> {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const name = (each: unknown): string => {
        const { name: own, mountPath } = (each ?? {}) as Record<string, string | undefined>;
        return mountPath ?? own ?? "";
      };
      return value.map(sorted).toSorted((a, b) => (name(a) < name(b) ? -1 : Number(name(a) > name(b))));
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sorted(each)]));
  };
  return new Map(
    objects.map((object) => {
      const { kind, metadata } = object as KubeObject;
      return [`${kind}/${metadata.name}`, sorted(object)];
    }),
  );
}
