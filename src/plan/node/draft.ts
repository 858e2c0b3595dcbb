import type { Draft } from "../../model/draft.ts";
import type { Write } from "../../model/write.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodeWorld } from "./world.ts";

/** The DaemonSet, where a write changes its template or strategy; a node run leaves nothing else to undo. */
export function draftOf(write: Write, { daemonSet }: NodeWorld, { template }: NodeGoal): Draft | undefined {
  if (write.verb !== "patch" || write.ref.kind !== "DaemonSet" || daemonSet === undefined) return undefined;
  if (template === undefined || (write.body as { readonly spec?: unknown }).spec === undefined)
    return undefined;
  const { raw } = daemonSet;
  return {
    action: "changed",
    ref: write.ref,
    before: raw,
    ...(template.inFile === undefined ? {} : { after: template.inFile }),
  };
}
