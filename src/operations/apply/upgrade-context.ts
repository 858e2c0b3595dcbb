import { discover } from "../../cluster/discovery.ts";
import type { ListSelection } from "../../cluster/list.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { installOwner, type InstallOwner } from "../../merge/apply-object.ts";
import { groupOf, splitApiVersion, type KubeObject, type Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Reading } from "../../model/reading.ts";
import { inOrder, partOf } from "../../plan/apply/parts.ts";
import { isCrd, type ApplyTarget } from "../../plan/apply/target.ts";
import { readAll } from "../read-all.ts";

export interface UpgradeContext {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly targets: readonly ApplyTarget[];
  /** As whom new objects are applied (hazard H14). */
  readonly install: InstallOwner;
}

/** Finds the places of all objects, and reads what is there. Throws for kinds that are not served. */
export async function readTargets(
  connection: Connection,
  objects: readonly ManifestObject[],
): Promise<UpgradeContext> {
  const all = objects.map(({ object }) => object);
  const groups = new Set(["", ...all.map(groupOf), ...all.filter(isCrd).map((crd) => crdNeed(crd).group)]);
  const discovery = await discover(connection, [...groups]);
  const placed = all.map((object) => ({ object, ref: refOf(object, all, discovery, connection.namespace) }));
  const found = await readAll(
    connection,
    placed.map(({ ref }) => ref),
    listedAnyway,
  );
  const targets = placed.map(({ object, ref }): ApplyTarget => {
    const named = {
      ...object,
      metadata: {
        ...object.metadata,
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      },
    };
    return { object: named, ref, part: partOf(object), before: mustKnow(found.get(objectKey(ref))) };
  });
  const there = targets.flatMap(({ before }) => (before === undefined ? [] : [before]));
  return { connection, discovery, targets: inOrder(targets), install: installOwner(there) };
}

/** Whoever looks at a cluster lists these, whatever the file holds: an object of it is among them. */
export function listedAnyway({ resource, namespace }: Ref): ListSelection | undefined {
  switch (resource) {
    case "daemonsets":
    case "poddisruptionbudgets":
      return {};
    case "deployments":
      return namespace === undefined ? {} : { namespace };
    default:
      return undefined;
  }
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

/** What cannot be read cannot be judged. */
function mustKnow(found: Reading<KubeObject | undefined> | undefined): KubeObject | undefined {
  if (found === undefined || found.known) return found?.value;
  throw userError(found.message);
}
