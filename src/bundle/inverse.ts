import type { KubeObject } from "../model/kube.ts";
import type { IndexEntry } from "./format.ts";

/** One entry with the objects that its files hold. */
export interface BundleEntry extends IndexEntry {
  readonly beforeObject?: KubeObject;
  readonly afterObject?: KubeObject;
}

/** Last in, first out: what came later may stand on what came before. */
export function inverseOrder<T extends Pick<IndexEntry, "id">>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => b.id - a.id);
}
