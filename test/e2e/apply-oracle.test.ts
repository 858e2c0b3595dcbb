/**
 * kubectl is the oracle: what `kubectl apply` makes of a new manifest on the same server, we make too.
 * The cluster has no nodes: only objects are compared.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { reconcile } from "../../src/merge/reconcile.ts";
import { lastApplied } from "../../src/merge/last-applied.ts";
import { restoreStrategy } from "../../src/merge/restore-strategy.ts";
import { strategyAfter } from "../../src/merge/strategy-after.ts";
import type { Strategy } from "../../src/model/daemonset.ts";
import type { KubeObject, Ref } from "../../src/model/kube.ts";
import { lastAppliedAnnotation, pinnedAnnotation } from "../../src/model/names.ts";
import type { Write } from "../../src/model/write.ts";
import { requestOf } from "../../src/cluster/write.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import { startCluster, type Cluster } from "../cluster/cluster.ts";

const root = join(import.meta.dirname, "../..");
const manifests = process.env["CALICO_MANIFESTS"] ?? join(root, "../shared/manifests");
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };

interface Pair {
  readonly name: string;
  readonly old: KubeObject;
  readonly new: KubeObject;
}

/** All pairs with --all; else so many, the same ones each time. */
function sample(pairs: readonly Pair[], count: number): readonly Pair[] {
  if (process.env["TEST_ALL"] !== undefined || pairs.length <= count) return pairs;
  const step = (pairs.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => pairs[Math.round(index * step)]).filter(
    (pair) => pair !== undefined,
  );
}

function built(from: string, to: string, datastore: "kdd" | "etcd"): Pair {
  const of = (version: string): KubeObject => {
    const found = hostedCalico({ version, datastore }).find(({ kind }) => kind === "DaemonSet");
    if (found === undefined) throw new Error(`the builder made no DaemonSet for ${version}`);
    return found as unknown as KubeObject;
  };
  return { name: `built ${datastore} ${from} → ${to}`, old: of(from), new: of(to) };
}

/** Consecutive upstream files of one flavour that hold a DaemonSet; none where there are no manifests. */
function upstream(
  flavour: string,
  apiVersions: readonly string[],
  [first, last] = ["v1.0", "v99.0"],
): Pair[] {
  if (!existsSync(manifests)) return [];
  const natural = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
  const minors = readdirSync(manifests)
    .filter((name) => /^v\d+\.\d+$/.test(name) && natural(name, first) >= 0 && natural(name, last) <= 0)
    .sort(natural);
  const found = minors.flatMap((minor) => {
    const path = join(manifests, minor, `${flavour}.yaml`);
    if (!existsSync(path)) return [];
    const documents = parseAllDocuments(readFileSync(path, "utf8"), { version: "1.1" });
    const objects = documents.map((document) => document.toJS() as KubeObject | null);
    const set = objects.find((object) => object?.kind === "DaemonSet");
    return set === undefined || set === null || !apiVersions.includes(set.apiVersion) ? [] : [{ minor, set }];
  });
  return found.slice(1).flatMap((entry, index) => {
    const before = found[index];
    return before === undefined || before.set.metadata.name !== entry.set.metadata.name
      ? []
      : [{ name: `upstream ${flavour} ${before.minor} → ${entry.minor}`, old: before.set, new: entry.set }];
  });
}

const eras = [
  {
    kubeVersion: "1.36" as const,
    count: 8,
    pairs: [
      built("v3.29.7", "v3.30.7", "kdd"),
      built("v3.24.6", "v3.32.1", "kdd"),
      ...upstream("kdd", ["apps/v1"]),
      ...upstream("canal", ["apps/v1"]),
      ...upstream("kdd-typha", ["apps/v1"]),
    ],
  },
  // What neither of the two is there for: v3.15 to v3.22 with the Kubernetes datastore.
  {
    kubeVersion: "1.24" as const,
    count: 4,
    pairs: [
      built("v3.15.5", "v3.16.10", "kdd"),
      ...upstream("kdd", ["apps/v1"], ["v3.16", "v3.23"]),
      ...upstream("canal", ["apps/v1"], ["v3.16", "v3.23"]),
    ],
  },
  {
    kubeVersion: "1.15" as const,
    count: 8,
    pairs: [
      built("v2.4.1", "v2.5.1", "etcd"),
      built("v2.6.12", "v3.1.7", "etcd"),
      ...upstream("etcd", ["extensions/v1beta1", "apps/v1"]),
      ...upstream("kdd", ["extensions/v1beta1", "apps/v1"]),
    ],
  },
];

describe.each(eras)("Kubernetes $kubeVersion", ({ kubeVersion, count, pairs: all }) => {
  const pairs = sample(all, count);
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ kubeVersion, nodes: 0 });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  async function kubectl(args: readonly string[], object?: KubeObject): Promise<string> {
    const result = await cluster.kubectl(args, object === undefined ? {} : { input: JSON.stringify(object) });
    if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }
  const apply = (object: KubeObject, ...flags: readonly string[]) =>
    kubectl(["apply", "--validate=false", ...flags, "-f", "-"], object);

  function refOf({ apiVersion, metadata }: KubeObject): Ref {
    const [group = "", version = ""] = apiVersion.split("/");
    return {
      group,
      version,
      resource: "daemonsets",
      kind: "DaemonSet",
      namespace: "kube-system",
      name: metadata.name,
    };
  }
  async function live(object: KubeObject): Promise<KubeObject> {
    const ref = refOf(object);
    const path = `/apis/${ref.group}/${ref.version}/namespaces/kube-system/daemonsets/${ref.name}`;
    return {
      apiVersion: object.apiVersion,
      kind: "DaemonSet",
      ...((await cluster.api.ask("GET", path)) as object),
    } as KubeObject;
  }
  async function fresh(object: KubeObject, ...flags: readonly string[]): Promise<void> {
    await kubectl(["-n", "kube-system", "delete", "daemonset", "--all", "--ignore-not-found", "--wait=true"]);
    await apply(object, ...flags);
  }
  async function send(writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      const { method, path, query, body, contentType } = requestOf(write, false);
      const search = new URLSearchParams();
      for (const [key, value] of Object.entries(query ?? {}))
        if (typeof value === "string") search.set(key, value);
      await cluster.api.ask(method, `${path}?${search.toString()}`, body, {
        "Content-Type": contentType ?? "application/json",
      });
    }
  }
  /** The DaemonSet controller writes the status meanwhile: who loses that race looks again, as the run does. */
  async function change(object: KubeObject, writes: (live: KubeObject) => readonly Write[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(writes(await live(object)));
        return;
      } catch (error) {
        const lostRace = /please apply your changes to the latest version/.test(String(error));
        if (!lostRace || attempt === 5) throw error;
      }
    }
  }
  const essence = (object: KubeObject) => ({
    spec: object["spec"],
    labels: object.metadata.labels,
    lastApplied: object.metadata.annotations?.[lastAppliedAnnotation],
  });
  const podOf = (object: KubeObject) =>
    (object["spec"] as { readonly template: { readonly spec: object } }).template.spec;
  const withNamespace = (object: KubeObject): KubeObject => ({
    ...object,
    metadata: { namespace: "kube-system", ...object.metadata },
  });

  test.each(pairs)("$name: our client-side apply leaves exactly what kubectl's leaves", async (pair) => {
    const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
    await fresh(old);
    await apply(next);
    const wanted = essence(await live(next));
    // A manifest that spells out defaults the server leaves away stays "configured" for kubectl itself.
    const again = await apply(next);
    await fresh(old);
    await change(next, (now) => reconcile(now, next, refOf(next), false).writes);
    expect(essence(await live(next))).toEqual(wanted);
    // Ours is in line all the same: a second run must not pin and wait for a revision that never comes.
    // (Fields that a server of another age does not know stay a difference; only its dry run can tell.)
    if (kubeVersion === "1.36" || again.includes("unchanged")) {
      expect(reconcile(await live(next), next, refOf(next), false)).toEqual({
        writes: [],
        template: false,
      });
    }
    expect(await apply(next)).toBe(again);
  });

  test("H14: what a person changed by hand on the way stays or goes as with kubectl", async () => {
    const pair = pairs[0];
    if (pair === undefined) throw new Error("no pair");
    const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
    const name = old.metadata.name;
    const byHand = async () => {
      await kubectl([
        "-n",
        "kube-system",
        "set",
        "env",
        `daemonset/${name}`,
        "-c",
        "calico-node",
        "MINE=yes",
        "CALICO_IPV4POOL_CIDR=10.9.0.0/16",
      ]);
      await kubectl(["-n", "kube-system", "label", "daemonset", name, "mine=yes"]);
      const changes = [
        ...("tolerations" in podOf(old)
          ? [
              {
                op: "add",
                path: "/spec/template/spec/tolerations/-",
                value: { key: "mine", operator: "Exists" },
              },
            ]
          : []),
        {
          op: "add",
          path: "/spec/template/spec/containers/0/volumeMounts/-",
          value: { name: "mine", mountPath: "/mine" },
        },
        { op: "add", path: "/spec/template/spec/volumes/-", value: { name: "mine", emptyDir: {} } },
        ...("initContainers" in podOf(old)
          ? [{ op: "remove", path: "/spec/template/spec/initContainers/0" }]
          : []),
      ];
      await kubectl([
        "-n",
        "kube-system",
        "patch",
        "daemonset",
        name,
        "--type=json",
        "-p",
        JSON.stringify(changes),
      ]);
    };
    await fresh(old);
    await byHand();
    await apply(next);
    const wanted = essence(await live(next));
    await fresh(old);
    await byHand();
    await change(next, (now) => reconcile(now, next, refOf(next), false).writes);
    expect(essence(await live(next))).toEqual(wanted);
  });

  test("an object that nobody applied gets what kubectl apply would give it", async () => {
    const pair = pairs[0];
    if (pair === undefined) throw new Error("no pair");
    const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
    const create = async () => {
      await kubectl([
        "-n",
        "kube-system",
        "delete",
        "daemonset",
        "--all",
        "--ignore-not-found",
        "--wait=true",
      ]);
      await kubectl(["create", "--validate=false", "-f", "-"], old);
    };
    await create();
    await apply(next);
    const wanted = essence(await live(next));
    await create();
    await change(next, (now) => reconcile(now, next, refOf(next), false).writes);
    expect(essence(await live(next))).toEqual(wanted);
  });

  test("H12, H14: pinned, changed, put back: we own nothing of the spec, and the user's next apply has nothing to do", async () => {
    const pair = pairs.find(
      ({ new: next }) =>
        (next["spec"] as { updateStrategy?: { type?: string } }).updateStrategy?.type === "RollingUpdate",
    );
    if (pair === undefined) throw new Error("no pair with RollingUpdate");
    const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
    await fresh(old);
    await pin(old);
    await change(next, (now) => reconcile(now, next, refOf(next), true).writes);
    const held = await live(next);
    expect((held["spec"] as { updateStrategy: { type: string } }).updateStrategy.type).toBe("OnDelete");
    expect(lastApplied(held)).toMatchObject({ spec: { updateStrategy: rolling } });
    await change(next, (now) => restoreStrategy(now, rolling, refOf(next)));
    const done = await live(next);
    expect(done["spec"]).toMatchObject({ updateStrategy: rolling });
    expect(done.metadata.annotations).not.toHaveProperty(pinnedAnnotation);
    expect(ownSpecFields(done)).toEqual([]);
    await apply(next);
    const applied = await live(next);
    expect(essence(applied)).toEqual(essence(done));
    expect(applied.metadata.generation).toBe(done.metadata.generation);
  });

  test.each([
    { before: { type: "OnDelete" }, byHand: undefined, next: undefined },
    { before: undefined, byHand: { type: "OnDelete", rollingUpdate: null }, next: undefined },
    {
      before: { type: "RollingUpdate" },
      byHand: { rollingUpdate: { maxUnavailable: 3 } },
      next: { type: "RollingUpdate" },
    },
    { before: rolling, byHand: { rollingUpdate: { maxUnavailable: 3 } }, next: { type: "RollingUpdate" } },
    { before: rolling, byHand: { rollingUpdate: { maxUnavailable: 3 } }, next: undefined },
    { before: rolling, byHand: undefined, next: { type: "OnDelete" } },
  ])(
    "H12: the strategy to return to is the one kubectl would leave: $before, by hand $byHand, now $next",
    async ({ before, byHand, next }) => {
      const pair = pairs[0];
      if (pair === undefined) throw new Error("no pair");
      const of = (strategy: unknown): KubeObject => {
        const { updateStrategy: _own, ...spec } = pair.old["spec"] as Record<string, unknown>;
        const asked = strategy === undefined ? {} : { updateStrategy: strategy };
        return withNamespace({ ...pair.old, spec: { ...spec, ...asked } });
      };
      const owners = kubeVersion !== "1.15" ? [[], ["--server-side", "--force-conflicts"]] : [[]];
      for (const flags of owners) {
        await fresh(of(before), ...flags);
        if (byHand !== undefined) {
          const patch = JSON.stringify({ spec: { updateStrategy: byHand } });
          await kubectl([
            "-n",
            "kube-system",
            "patch",
            "daemonset",
            pair.old.metadata.name,
            "--type=merge",
            "-p",
            patch,
          ]);
        }
        const found = strategyAfter(await live(of(next)), of(next)) ?? strategyOf(await live(of(next)));
        await apply(of(next), ...flags);
        expect(comparable(found)).toEqual(comparable(strategyOf(await live(of(next)))));
      }
    },
  );

  // Server-side apply is there from Kubernetes 1.22 on.
  describe.runIf(kubeVersion !== "1.15")("server-side owners", () => {
    test.each(pairs.slice(0, 6))(
      "$name: as the server-side owner, removed fields go away as with kubectl",
      async (pair) => {
        const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
        await fresh(old, "--server-side");
        await apply(next, "--server-side");
        const wanted = essence(await live(next));
        await fresh(old, "--server-side");
        await change(next, (now) => reconcile(now, next, refOf(next), false).writes);
        expect(essence(await live(next))).toEqual(wanted);
      },
    );

    test("H12, H14: a server-side owner gets its strategy back and its next apply does not conflict", async () => {
      const pair = pairs[0];
      if (pair === undefined) throw new Error("no pair");
      const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
      await fresh(old, "--server-side");
      await pin(old);
      await change(next, (now) => reconcile(now, next, refOf(next), true).writes);
      const held = await live(next);
      expect((held["spec"] as { updateStrategy: { type: string } }).updateStrategy.type).toBe("OnDelete");
      await change(next, (now) => restoreStrategy(now, rolling, refOf(next)));
      const done = await live(next);
      expect(done["spec"]).toMatchObject({ updateStrategy: rolling });
      expect(ownSpecFields(done)).toEqual([]);
      await apply(next, "--server-side");
      await fresh(next, "--server-side");
      expect(essence(done).spec).toEqual(essence(await live(next)).spec);
    });

    test("H14: another manager's field is a conflict, not overwritten", async () => {
      const pair = pairs[0];
      if (pair === undefined) throw new Error("no pair");
      const [old, next] = [withNamespace(pair.old), withNamespace(pair.new)];
      await fresh(old, "--server-side");
      await kubectl([
        "-n",
        "kube-system",
        "set",
        "image",
        `daemonset/${old.metadata.name}`,
        "calico-node=example.com/calico/node:mine",
      ]);
      const { writes } = reconcile(await live(next), next, refOf(next), false);
      await expect(send(writes)).rejects.toThrow(/conflict/);
    });
  });

  function strategyOf(object: KubeObject): Strategy {
    return (object["spec"] as { readonly updateStrategy: Strategy }).updateStrategy;
  }
  /** The server fills in what a rolling update does not name. */
  function comparable({ type, rollingUpdate }: Strategy): unknown {
    return type === "OnDelete" ? { type } : { type, maxUnavailable: rollingUpdate?.["maxUnavailable"] ?? 1 };
  }

  async function pin(object: KubeObject): Promise<void> {
    const ref = refOf(object);
    await send([
      {
        verb: "patch",
        ref,
        patch: "merge",
        fieldManager: "calico-upgrade",
        body: {
          metadata: { annotations: { [pinnedAnnotation]: JSON.stringify(rolling) } },
          spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } },
        },
      },
    ]);
  }

  function ownSpecFields(object: KubeObject): readonly unknown[] {
    return (object.metadata.managedFields ?? []).filter(
      ({ manager, fieldsV1 }) => manager === "calico-upgrade" && fieldsV1?.["f:spec"] !== undefined,
    );
  }
});
