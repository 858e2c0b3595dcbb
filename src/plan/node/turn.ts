import type { Millis } from "../../model/time.ts";
import type { NodeGoal } from "./goal.ts";
import type { Held } from "./hold.ts";
import { nextOnNode } from "./next-on-node.ts";
import type { OnNode } from "./on-node.ts";
import { runDaemonSet } from "./run-lease.ts";
import { nodeSeen, type Seen } from "./seen.ts";
import type { NodeWorld } from "./world.ts";

/** The node that the run works on, and what comes next there. */
export interface Turn {
  readonly node: string;
  readonly next: OnNode | Held;
  /** Where it is held: how many more are. */
  readonly others: number;
}

/**
 * The node that was begun; otherwise the first, and where that one has to wait the first that something can be done
 * on. Where all have to wait, the one that is free first. Undefined: every node has come to its end.
 */
export function nodeInTurn(world: NodeWorld, seen: Seen, goal: NodeGoal, now: Millis): Turn | undefined {
  const pending = inOrder(world, goal).filter((node) => seen.nodes[node]?.outcome === undefined);
  const begun = pending.find((node) => isBegun(world, seen, goal, node, now));
  if (begun !== undefined) return { node: begun, next: nextOnNode(world, seen, goal, begun, now), others: 0 };
  let soonest: { readonly node: string; readonly next: Held } | undefined;
  let held = 0;
  for (const node of pending) {
    const next = nextOnNode(world, seen, goal, node, now);
    if (next.kind === "held") {
      held += 1;
      if (soonest === undefined || next.hold.until < soonest.next.hold.until) soonest = { node, next };
    } else if (soonest === undefined || canGoFirst(next)) return { node, next, others: 0 };
  }
  return soonest && { ...soonest, others: held - 1 };
}

/**
 * The nodes of a run in the order in which they are done: what an interrupted run has begun is brought to its end
 * before anything else is restarted (hazard H18).
 */
export function inOrder(
  world: NodeWorld,
  { nodes, daemonSet }: Pick<NodeGoal, "nodes" | "daemonSet">,
): readonly string[] {
  const begun = nodes.filter((name) => {
    const lease = world.nodes.get(name)?.lease;
    return lease !== undefined && lease !== "unreadable" && runDaemonSet(lease.run) === daemonSet;
  });
  return begun.length === 0 ? nodes : [...new Set([...begun, ...nodes])];
}

/** What this run does on a node it brings to its end before it turns to another. */
function isBegun(world: NodeWorld, seen: Seen, goal: NodeGoal, node: string, now: Millis): boolean {
  const { cordoned, deleted } = nodeSeen(seen, node, now);
  if (cordoned || deleted !== undefined) return true;
  const lease = world.nodes.get(node)?.lease;
  return lease !== undefined && lease !== "unreadable" && lease.holder === goal.holder;
}

/** Neither a wait nor the end of the run comes before a node that only has to wait. */
function canGoFirst({ kind }: OnNode): boolean {
  return kind === "step" || kind === "skip" || kind === "vanished";
}
