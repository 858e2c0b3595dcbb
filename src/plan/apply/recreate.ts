import type { Ref } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { ApplyStepId, InstallPart } from "./parts.ts";
import type { ApplyTarget } from "./target.ts";

const hasPods: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"]);

/** A workload is gone when its pods are; old API groups would leave them behind. */
export function withItsPods({ kind }: Pick<Ref, "kind">): { readonly propagationPolicy?: "Foreground" } {
  return hasPods.has(kind) ? { propagationPolicy: "Foreground" } : {};
}

/**
 * The step in which an object of this part is deleted and created again: that in which it would have been changed.
 * Bindings come first: what is upgraded after them needs the new role.
 */
export function recreatedIn(part: InstallPart): ApplyStepId {
  if (part === "controller") return "controller";
  return part === "typha" || part === "typha-around" ? "typha" : "expand";
}

/** The delete that comes before the create; only what was looked at goes. */
export function deletion({ ref, before }: Pick<ApplyTarget, "ref" | "before">): Write {
  return { verb: "delete", ref, uid: before?.metadata.uid ?? "", ...withItsPods(ref) };
}
