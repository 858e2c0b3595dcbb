import { graveNotes } from "../../facts/problems.ts";
import type { NodeStatus, UpgradeStatus } from "./kind.ts";

/** How tables order the nodes. */
export interface NodeOrder {
  /** The path of --sort-by; empty: nodes with trouble first. */
  readonly sortBy?: string;
}

/** The gravest first; the last ones are trouble only where no run is at work on them. */
const ranked: readonly string[] = [...graveNotes, "unreadable-lease", "lease", "void-lease"];

/** A status for a table: the nodes with trouble first, the others in the API's order. */
export function inOrder(status: UpgradeStatus, { sortBy = "" }: NodeOrder): UpgradeStatus {
  if (sortBy !== "") return status;
  const working = status.daemonSets.some(({ run }) => run?.state === "working");
  const counted = working ? ranked.slice(0, graveNotes.length) : ranked;
  const rank = ({ notes }: NodeStatus): number =>
    Math.min(counted.length, ...notes.map(({ id }) => counted.indexOf(id)).filter((at) => at >= 0));
  return { ...status, nodes: status.nodes.toSorted((a, b) => rank(a) - rank(b)) };
}
