/**
 * kubectl is the oracle for every object of a manifest: what `kubectl apply` of the next minor's file makes of
 * the last one's objects, we make too, and kubectl has nothing left to do. The cluster has no nodes.
 */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discover } from "../../src/cluster/discovery.ts";
import { objectPath } from "../../src/cluster/paths.ts";
import type { Connection, Discovery } from "../../src/cluster/port.ts";
import { sendWrite } from "../../src/cluster/write.ts";
import { isApiError } from "../../src/errors.ts";
import { applyObject, installOwner } from "../../src/merge/apply-object.ts";
import type { KubeObject, Ref } from "../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../src/model/names.ts";
import { startCluster, type Cluster } from "../cluster/cluster.ts";
import { connectTo } from "./connect-to.ts";
import { filePairs, manifests, type FilePair } from "./support/manifest-pairs.ts";

/** All pairs with --all; else a few, the same ones each time. */
function sample(pairs: readonly FilePair[], count: number): readonly FilePair[] {
  if (process.env["TEST_ALL"] !== undefined || pairs.length <= count) return pairs;
  const step = (pairs.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => pairs[Math.round(index * step)]).filter(
    (pair) => pair !== undefined,
  );
}

/** A server takes seconds to let one definition go: without --all four of them stand for all. */
function fewDefinitions(objects: readonly KubeObject[]): readonly KubeObject[] {
  if (process.env["TEST_ALL"] !== undefined) return objects;
  const kept = ["installations", "felixconfigurations", "ippools", "ipamblocks"];
  return objects.filter(
    ({ kind, metadata }) =>
      kind !== "CustomResourceDefinition" || kept.includes(metadata.name.replace(/\..*/, "")),
  );
}

const eras = [
  {
    kubeVersion: "1.36" as const,
    pairs: sample(
      [
        ...filePairs("kdd", "v3.15", "v3.33"),
        ...filePairs("canal", "v3.15", "v3.33"),
        ...filePairs("kdd-typha", "v3.15", "v3.33"),
        ...filePairs("etcd", "v3.15", "v3.33"),
      ],
      5,
    ),
  },
  {
    kubeVersion: "1.15" as const,
    pairs: sample(
      [
        ...filePairs("etcd", "v1.5", "v3.14"),
        ...filePairs("kdd", "v2.0", "v3.14"),
        ...filePairs("kdd-k8s1.6", "v2.2", "v3.14"),
        ...filePairs("kubeadm-1.6-etcd", "v2.1", "v3.14"),
        ...filePairs("canal", "v2.6", "v3.14"),
      ],
      5,
    ),
  },
];

describe.skipIf(!existsSync(manifests)).each(eras)(
  "Kubernetes $kubeVersion",
  { timeout: 900_000 },
  ({ kubeVersion, pairs }) => {
    let cluster: Cluster;
    let connection: Connection;
    let discovery: Discovery;
    beforeAll(async () => {
      cluster = await startCluster({ kubeVersion, nodes: 0 });
      connection = await connectTo(cluster);
      discovery = await discover(connection, "all");
    });
    afterAll(async () => {
      connection?.close();
      await cluster?.stop();
    });

    function refOf({ apiVersion, kind, metadata }: KubeObject): Ref | undefined {
      const served = discovery.forKind(apiVersion, kind);
      if (served === undefined) return undefined;
      const { name, namespace = "kube-system" } = metadata;
      const { group, version, resource } = served;
      return { group, version, resource, kind, name, ...(served.namespaced ? { namespace } : {}) };
    }
    const id = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

    /** What this server takes; a Secret's values are never ours to compare. */
    function usable(objects: readonly KubeObject[]): readonly KubeObject[] {
      return fewDefinitions(objects)
        .filter((object) => refOf(object) !== undefined)
        .map((object) =>
          refOf(object)?.namespace === undefined
            ? object
            : { ...object, metadata: { namespace: "kube-system", ...object.metadata } },
        );
    }

    async function live(object: KubeObject): Promise<KubeObject | undefined> {
      const ref = refOf(object);
      if (ref === undefined) throw new Error(`${id(object)} is not served`);
      try {
        const { body } = await connection.request({ method: "GET", path: objectPath(ref) });
        return body as KubeObject;
      } catch (error) {
        if (isApiError(error) && error.status === 404) return undefined;
        throw error;
      }
    }

    /** kubectl's line of each object; one that is too large for its annotation is left out. */
    async function apply(objects: readonly KubeObject[], ...flags: readonly string[]) {
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const result = await cluster.kubectl(["apply", "--validate=false", ...flags, "-f", "-"], { input });
      const others = result.stderr
        .split("\n")
        .filter((line) => line !== "" && !/Too long|^Warning|^The CustomResourceDefinition/.test(line));
      if (result.code !== 0 && others.length > 0) throw new Error(others.join("\n"));
      return result.stdout.split("\n").filter((line) => line !== "");
    }
    async function clean(pair: FilePair): Promise<void> {
      const all = new Map([...usable(pair.old), ...usable(pair.next)].map((each) => [id(each), each]));
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...all.values()] });
      const args = ["delete", "--ignore-not-found", "--wait=true", "-f", "-"];
      const result = await cluster.kubectl(args, { input, timeoutMs: 400_000 });
      if (result.code !== 0) throw new Error(result.stderr);
    }
    const none: KubeObject = { apiVersion: "", kind: "", metadata: { name: "" } };
    const essence = (object: KubeObject | undefined) => {
      const { metadata, status: _status, ...rest } = object ?? none;
      const { name, labels, annotations } = metadata;
      // Controllers count in them.
      const {
        "deprecated.daemonset.template.generation": _counted,
        "deployment.kubernetes.io/revision": _revision,
        ...kept
      } = annotations ?? {};
      // Each Service gets its own address, each old ServiceAccount its own token.
      const spec = { ...(rest["spec"] as object | undefined), clusterIP: undefined, clusterIPs: undefined };
      return { name, labels, annotations: kept, ...rest, spec, secrets: undefined };
    };
    const withoutAnnotation = (objects: readonly ReturnType<typeof essence>[]) =>
      objects.map(({ annotations, ...rest }) => {
        const { [lastAppliedAnnotation]: _text, ...kept } = annotations;
        return { ...rest, annotations: kept };
      });

    /** Ours, object by object, tried again where a controller wrote its status meanwhile. */
    async function applyOurs(objects: readonly KubeObject[]): Promise<void> {
      const there = (await Promise.all(objects.map(live))).filter((object) => object !== undefined);
      const install = installOwner(there);
      for (const object of objects) {
        for (let attempt = 1; ; attempt += 1) {
          const ref = refOf(object);
          if (ref === undefined) throw new Error("not served");
          const { write, conflicts } = applyObject(await live(object), object, ref, install);
          expect(conflicts).toEqual([]);
          if (write === undefined) break;
          try {
            await sendWrite(connection, write, { dryRun: false, serverVersion: discovery.version });
            break;
          } catch (error) {
            if (!isApiError(error) || error.status !== 409 || attempt === 5) throw error;
          }
        }
      }
    }
    async function writesLeft(objects: readonly KubeObject[]): Promise<readonly unknown[]> {
      const there = await Promise.all(objects.map(live));
      const install = installOwner(there.filter((object) => object !== undefined));
      return objects.flatMap((object, index) => {
        const ref = refOf(object);
        if (ref === undefined) return [];
        const { write, patch } = applyObject(there[index], object, ref, install);
        return write === undefined ? [] : [{ id: id(object), patch }];
      });
    }

    test.each(pairs)("$name: client-side, each object is left as kubectl leaves it", async (pair) => {
      const [old, next] = [usable(pair.old), usable(pair.next)];
      await clean(pair);
      await apply(old);
      await apply(next);
      const taken = new Set<string>();
      const wanted = await Promise.all(next.map(live));
      for (const [index, object] of next.entries()) {
        const there = wanted[index];
        const text = there?.metadata.annotations?.[lastAppliedAnnotation];
        if (text !== undefined) taken.add(id(object));
      }
      const again = await apply(next);
      await clean(pair);
      await apply(old);
      await applyOurs(next);
      const ours = await Promise.all(next.map(live));
      for (const [index, object] of next.entries()) {
        // What outgrew kubectl's annotation goes server-side: kubectl refused it.
        if (taken.has(id(object))) expect(essence(ours[index])).toEqual(essence(wanted[index]));
        else expect(ours[index], id(object)).toBeDefined();
      }
      expect(await apply(next)).toEqual(again);
      // (Fields that a server of another age does not know stay a difference; only its dry run can tell.)
      if (kubeVersion === "1.36") expect(await writesLeft(next)).toEqual([]);
    });

    describe.runIf(kubeVersion === "1.36")("server-side owner", () => {
      test.each(pairs)("$name: each object is left as kubectl leaves it, and nothing to do", async (pair) => {
        const [old, next] = [usable(pair.old), usable(pair.next)];
        await clean(pair);
        await apply(old, "--server-side");
        await apply(next, "--server-side");
        const wanted = await Promise.all(next.map(live));
        await clean(pair);
        await apply(old, "--server-side");
        await applyOurs(next);
        const ours = await Promise.all(next.map(live));
        expect(withoutAnnotation(ours.map(essence))).toEqual(withoutAnnotation(wanted.map(essence)));
        await apply(next, "--server-side");
        const after = await Promise.all(next.map(live));
        const versions = (objects: readonly (KubeObject | undefined)[]) =>
          objects.map((object) => [
            object?.kind,
            object?.metadata.name,
            // Controllers go on writing their status.
            object?.metadata.managedFields?.filter(({ subresource }) => subresource !== "status"),
          ]);
        expect(versions(after)).toEqual(versions(ours));
        expect(await writesLeft(next)).toEqual([]);
      });
    });
  },
);
