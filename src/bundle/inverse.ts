import type { KubeObject, Ref } from "../model/kube.ts";
import type { IndexEntry } from "./format.ts";

/** One entry with the objects that its files hold. */
export interface BundleEntry extends IndexEntry {
  readonly ref: Ref;
  readonly beforeObject?: KubeObject;
  readonly afterObject?: KubeObject;
}

/** Last in, first out: what came later may stand on what came before. */
export function inverseOrder<T extends Pick<IndexEntry, "id">>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => b.id - a.id);
}

export function refOf({ group, version, resource, kind, namespace, name }: IndexEntry): Ref {
  return { group, version, resource, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
