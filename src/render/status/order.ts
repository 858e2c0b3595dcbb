import { graveNotes } from "../../facts/problems.ts";
import type { NodeStatus, UpgradeStatus } from "./kind.ts";

/** How tables order the nodes. */
export interface NodeOrder {
  /** The path of --sort-by; empty: nodes with trouble first. */
  readonly sortBy?: string;
}

/** The gravest first; the last ones are trouble only where no run is at work on them. */
const ranked: readonly string[] = [...graveNotes, "unreadable-lease", "lease", "void-lease"];

export const noTrouble = ranked.length;

/** A status for a table: the nodes with trouble first, the others in the API's order. */
export function inOrder(status: UpgradeStatus, { sortBy = "" }: NodeOrder): UpgradeStatus {
  if (sortBy !== "") return status;
  const rank = troubleRank(status);
  return { ...status, nodes: status.nodes.toSorted((a, b) => rank(a) - rank(b)) };
}

/** The less, the graver; `noTrouble`: it has none. */
export function troubleRank({ daemonSets }: Pick<UpgradeStatus, "daemonSets">): (node: NodeStatus) => number {
  const working = daemonSets.some(({ run }) => run?.state === "working");
  const counted = working ? ranked.slice(0, graveNotes.length) : ranked;
  return ({ notes }) =>
    Math.min(noTrouble, ...notes.map(({ id }) => counted.indexOf(id)).filter((at) => at >= 0));
}
