/** `node -f` over a seeded sample of upstream's own manifests; all pairs with --all. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Cluster } from "../cluster/cluster.ts";
import { workloadsReady } from "../calico/install.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { isCordoned, nodes, podOf } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../shared/manifests");
const here = existsSync(folder);

/** Workloads and ConfigMaps, and the accounts that pods need; deleting CRDs takes minutes. */
const kinds = new Set(["DaemonSet", "Deployment", "ReplicaSet", "ConfigMap", "Secret", "ServiceAccount"]);

interface Pair {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What each server takes whole (test-cluster facts): the file of one minor and that of the next. */
const takes = {
  "1.36": [
    { flavour: "kdd", from: "v3.23", to: "v3.32" },
    { flavour: "kdd-vxlan", from: "v3.23", to: "v3.32" },
  ],
  "1.15": [
    { flavour: "etcd", from: "v2.1", to: "v3.14" },
    { flavour: "kdd", from: "v2.1", to: "v3.13" },
  ],
} as const;

function pairs(kubeVersion: keyof typeof takes): readonly Pair[] {
  const minors = readdirSync(folder)
    .filter((name) => /^v\d+\.\d+$/.test(name))
    .sort(byNumber);
  return takes[kubeVersion].flatMap(({ flavour, from, to }) => {
    const there = minors.filter(
      (minor) =>
        byNumber(minor, from) >= 0 &&
        byNumber(minor, to) <= 0 &&
        existsSync(join(folder, minor, `${flavour}.yaml`)),
    );
    return there.slice(1).map((minor, index) => ({
      name: `${flavour} ${there[index] ?? ""} → ${minor}`,
      from: join(folder, there[index] ?? "", `${flavour}.yaml`),
      to: join(folder, minor, `${flavour}.yaml`),
    }));
  });
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** The same three each time: first, middle, last. */
function sample(all: readonly Pair[]): readonly Pair[] {
  if (process.env["TEST_ALL"] !== undefined) return all;
  return [0, Math.floor(all.length / 2), all.length - 1].flatMap((index) => all[index] ?? []);
}

function objectsOf(path: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(path, "utf8"), { version: "1.1" })
    .map((document) => document.toJSON() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && kinds.has(object.kind));
}

if (!here) {
  console.warn(
    `LEFT OUT: node over upstream's manifests, because ${folder} is not there (CALICO_MANIFESTS names it)`,
  );
}

describe.skipIf(!here).each(["1.36", "1.15"] as const)(
  "upstream's own manifests on Kubernetes %s",
  (kubeVersion) => {
    const all = here ? pairs(kubeVersion) : [];
    const chosen = sample(all);
    let cluster: Cluster;

    beforeAll(async () => {
      console.log(
        `node over upstream's manifests on ${kubeVersion}: ${chosen.length} of ${all.length} pairs`,
      );
      cluster = await testCluster({ kubeVersion, nodes: 3 });
    });

    afterAll(async () => {
      await cluster?.stop();
    });

    async function kubectl(args: readonly string[], input: string): Promise<string> {
      const { code, stdout, stderr } = await cluster.kubectl(args, { input });
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
      return stdout;
    }

    test.each(chosen)(
      "$name: one node, then the others, and nothing is left for kubectl apply",
      async ({ from, to }) => {
        await cluster.resetCalico();
        const asList = (objects: readonly KubeObject[]) =>
          JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        await kubectl(["apply", "--validate=false", "-f", "-"], asList(objectsOf(from)));
        await workloadsReady(cluster);
        // Its accounts and ConfigMap keys come with the file, as a user would apply them; CRDs and roles do not.
        await kubectl(
          ["apply", "--validate=false", "-f", "-"],
          asList(objectsOf(to).filter(({ kind }) => kind === "ConfigMap" || kind === "ServiceAccount")),
        );
        const before = await Promise.all(nodes.map((name) => podOf(cluster, name)));

        // What Calico keeps in etcd cannot be seen from here: rules about it are unknown until they are named.
        const unseen = /\betcd\b/.test(from) ? ["--ignore-preflight-errors=B14,B24,B33,P09"] : [];
        const flags = ["-f", to, "--template-only", "--settle", "1s", ...unseen];
        const one = await runPlugin(cluster, ["node", "node-01", ...flags]);
        expect([one.code, one.stderr]).toEqual([0, expect.any(String)]);
        const after = await Promise.all(nodes.map((name) => podOf(cluster, name)));
        expect(after[0]?.metadata.uid).not.toBe(before[0]?.metadata.uid);
        expect(after.slice(1).map(({ metadata }) => metadata.uid)).toEqual(
          before.slice(1).map(({ metadata }) => metadata.uid),
        );

        const rest = await runPlugin(cluster, ["node", "node-02", "node-03", ...flags]);
        expect([rest.code, rest.stderr]).toEqual([0, expect.any(String)]);
        for (const name of nodes) expect(await isCordoned(cluster, name)).toBe(false);
        const path = "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node";
        const done = (await cluster.api.ask("GET", path)) as KubeObject;
        const wanted = objectsOf(to).find(({ kind }) => kind === "DaemonSet");
        // Up to v2.6 the files leave it to extensions/v1beta1, which takes OnDelete.
        const strategy = at(wanted?.["spec"], "updateStrategy", "type") ?? "OnDelete";
        expect(at(done["spec"], "updateStrategy", "type")).toBe(strategy);
        expect(
          Object.keys(done.metadata.annotations ?? {}).filter((key) => key.startsWith("calico-upgrade")),
        ).toEqual([]);

        await kubectl(["apply", "--validate=false", "-f", "-"], JSON.stringify(wanted));
        const applied = (await cluster.api.ask("GET", path)) as KubeObject;
        expect(applied.metadata.generation).toBe(done.metadata.generation);
      },
    );
  },
);
