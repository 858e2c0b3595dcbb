import type { Draft } from "../../model/draft.ts";
import type { Write } from "../../model/write.ts";
import type { ControllerWorld } from "./world.ts";

/** What a write of a controller run changes; undefined: the run's lease, which goes by itself. */
export function draftOf(write: Write, { workloads }: ControllerWorld): Draft | undefined {
  const { ref } = write;
  if (ref.kind === "DaemonSet") return undefined;
  const before = workloads.find(({ facts }) => facts.kind === ref.kind && facts.name === ref.name)?.raw;
  if (write.verb === "create") return { action: "created", ref, after: write.body };
  const was = before === undefined ? {} : { before };
  if (write.verb === "patch" && write.subresource === "scale") {
    const { replicas } = (before?.["spec"] ?? {}) as { readonly replicas?: number };
    return { action: "scaled", ref, ...was, data: { replicas: replicas ?? 1 } };
  }
  return { action: "changed", ref, ...was };
}
