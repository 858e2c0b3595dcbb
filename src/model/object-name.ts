import type { Ref } from "./kube.ts";

/** `clusterrole.rbac.authorization.k8s.io/calico-node`, as kubectl names an object it wrote. */
export function objectName({ group, kind, name }: Pick<Ref, "group" | "kind" | "name">): string {
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`;
}

/** One key for each object of a cluster, whatever version it is read by. */
export function objectKey(ref: Pick<Ref, "group" | "kind" | "name" | "namespace">): string {
  return `${ref.namespace ?? ""}/${objectName(ref)}`;
}
