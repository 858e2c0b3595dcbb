import { discover } from "../../cluster/discovery.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { userError } from "../../errors.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { installOwner, type InstallOwner } from "../../merge/apply-object.ts";
import { type KubeObject, type Ref, groupOf, splitApiVersion } from "../../model/kube.ts";
import { inOrder, partOf, type Part } from "../../plan/apply/parts.ts";

/** An object of the file, its place in the cluster, and what was there before the first write. */
export interface Target {
  /** With its namespace. */
  readonly object: KubeObject;
  readonly ref: Ref;
  readonly part: Part;
  readonly before: KubeObject | undefined;
}

export interface Scene {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly targets: readonly Target[];
  /** As whom new objects are applied (hazard H14). */
  readonly install: InstallOwner;
}

/** Finds the places of all objects, and reads what is there. Throws for kinds that are not served. */
export async function lookAtTargets(
  connection: Connection,
  objects: readonly ManifestObject[],
): Promise<Scene> {
  const all = objects.map(({ object }) => object);
  const groups = new Set(["", ...all.map(groupOf), ...all.filter(isCrd).map((crd) => crdNeed(crd).group)]);
  const discovery = await discover(connection, [...groups]);
  const placed = all.map((object) => ({ object, ref: refOf(object, all, discovery, connection.namespace) }));
  const targets = await Promise.all(
    placed.map(async ({ object, ref }): Promise<Target> => {
      const named = {
        ...object,
        metadata: {
          ...object.metadata,
          ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        },
      };
      return { object: named, ref, part: partOf(object), before: await readObject(connection, ref) };
    }),
  );
  const there = targets.flatMap(({ before }) => (before === undefined ? [] : [before]));
  return { connection, discovery, targets: inOrder(targets), install: installOwner(there) };
}

function refOf(
  object: KubeObject,
  all: readonly KubeObject[],
  discovery: Discovery,
  defaultNamespace: string,
): Ref {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = defaultNamespace } = metadata;
  const served = discovery.forKind(apiVersion, kind);
  if (served !== undefined) {
    const { group, version, resource } = served;
    return { group, version, resource, kind, name, ...(served.namespaced ? { namespace } : {}) };
  }
  const coming = all.filter(isCrd).find((crd) => {
    const need = crdNeed(crd);
    return need.kind === kind && need.versions.some((version) => `${need.group}/${version}` === apiVersion);
  });
  if (coming === undefined) {
    throw userError(
      `this server (${discovery.version}) does not serve ${kind} in ${apiVersion}, which ${name} is; use the manifest that this Calico release has for its Kubernetes version`,
    );
  }
  const spec = coming["spec"] as {
    readonly scope?: string;
    readonly names?: { readonly plural?: string };
  };
  return {
    ...splitApiVersion(apiVersion),
    resource: spec.names?.plural ?? "",
    kind,
    name,
    ...(spec.scope === "Cluster" ? {} : { namespace }),
  };
}

export function isCrd({ kind }: KubeObject): boolean {
  return kind === "CustomResourceDefinition";
}
