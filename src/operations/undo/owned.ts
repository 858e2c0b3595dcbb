import type { KubeObject } from "../../model/kube.ts";

const counted = "deployment.kubernetes.io/";

/** As it was before a Deployment took it, which counts its revisions on it. */
function withoutOwner(object: KubeObject): KubeObject {
  const { ownerReferences: _owners, ...metadata } = object.metadata;
  return withAnnotations({ ...object, metadata }, counts(object, false));
}

/**
 * A former ReplicaSet with the owner that it has now. Deployments take and leave ReplicaSets by themselves; with the
 * owner of then, which is gone, the garbage collector would delete it.
 */
export function asOwnedNow<T extends KubeObject | undefined>(before: T, live: KubeObject | undefined): T {
  if (before?.kind !== "ReplicaSet") return before;
  const bare = withoutOwner(before);
  const { ownerReferences } = live?.metadata ?? {};
  if (live === undefined || ownerReferences === undefined) return bare as T;
  const owned = { ...bare, metadata: { ...bare.metadata, ownerReferences } };
  return withAnnotations(owned, { ...bare.metadata.annotations, ...counts(live, true) }) as T;
}

/** What a Deployment notes on its ReplicaSets, or everything else. */
function counts({ metadata }: KubeObject, notes: boolean): Readonly<Record<string, string>> {
  const all = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([key]) => key.startsWith(counted) === notes));
}

function withAnnotations(object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject {
  const { annotations: _former, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
  };
}
