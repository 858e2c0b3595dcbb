import type { Draft } from "../../bundle/write.ts";
import type { Write } from "../../model/write.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { savedOwner } from "../former-owner.ts";
import type { FileGoal } from "./template.ts";

/** The DaemonSet, where a write changes its template or strategy; a node run leaves nothing else to take back. */
export function draftOf(
  write: Write,
  { daemonSet }: NodeWorld,
  { inFile }: Pick<FileGoal, "inFile">,
): Draft | undefined {
  if (write.verb !== "patch" || write.ref.kind !== "DaemonSet" || daemonSet === undefined) return undefined;
  if ((write.body as { readonly spec?: unknown }).spec === undefined) return undefined;
  const { raw } = daemonSet;
  return {
    action: "changed",
    ref: write.ref,
    before: raw,
    data: savedOwner(raw),
    ...(inFile === undefined ? {} : { after: inFile }),
  };
}
