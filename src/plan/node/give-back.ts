import type { CordonLease } from "../../model/lease.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { Millis } from "../../model/time.ts";
import type { GiveBack } from "./seen.ts";

/** A cordon this far from our lease's time is somebody else's (hazard H13). */
const sameCordon: Millis = 60_000;

/**
 * Ends our hold on a node: uncordon only what we cordoned. `ownCordon` says that this very process set
 * the cordon; on resume the taint's time has to tell that nobody cordoned the node again since.
 */
export function giveBack(
  node: NodeFacts,
  lease: CordonLease,
  ownCordon: boolean,
  why: "done" | "interrupted",
): GiveBack {
  if (lease.noCordon === true) return { kind: "drop-lease", node, why: "no-cordon" };
  if (lease.wasUnschedulable) return { kind: "drop-lease", node, why: "was-cordoned" };
  if (!node.unschedulable) return { kind: "drop-lease", node, why: "void" };
  if (ownCordon) return { kind: "uncordon", node, why };
  const at = node.cordonedAt;
  if (at === undefined || Math.abs(at - lease.since) > sameCordon)
    return { kind: "drop-lease", node, why: "cordoned-again" };
  return { kind: "uncordon", node, why };
}
