import type { BundleEntry } from "../../bundle/inverse.ts";

/** H03: what undo never deletes, because more than the run made goes with it. */
export function isKept({ kind, group }: Pick<BundleEntry, "kind" | "group">): boolean {
  return (
    ["CustomResourceDefinition", "Namespace", "Secret"].includes(kind) || group.endsWith("projectcalico.org")
  );
}
