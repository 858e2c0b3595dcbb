import type { Millis } from "../../model/time.ts";
import type { NodeGoal } from "../node/goal.ts";
import type { NodesSeen } from "../node/seen.ts";

/** How long nodes of this run have taken, without the time for which they only had to stay Ready. */
export interface NodeTimes {
  readonly nodes: number;
  readonly p50: Millis;
  readonly p95: Millis;
}

/** Undefined: none is done yet. */
export function measuredOf({ nodes }: NodesSeen, goal: NodeGoal): NodeTimes | undefined {
  const times = Object.entries(nodes)
    .flatMap(([name, { began, ended, worked = began, outcome }]) =>
      outcome?.result === "restarted" && ended !== undefined
        ? [Math.max(0, ended - worked - settleOf(goal, name))]
        : [],
    )
    .toSorted((a, b) => a - b);
  if (times.length === 0) return undefined;
  return { nodes: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
}

/** How long a node's calico-node must stay as it is once it is Ready: longer for a canary. */
export function settleOf({ settle, fleet }: Pick<NodeGoal, "settle" | "fleet">, node: string): Millis {
  return fleet?.canaries.has(node) === true ? fleet.canarySettle : settle;
}

/** When this node would be done at the latest, as far as nodes of this run tell. */
export function wouldEnd(seen: NodesSeen, goal: NodeGoal, node: string, now: Millis): Millis {
  return now + settleOf(goal, node) + (measuredOf(seen, goal)?.p95 ?? 0);
}

/** How long the nodes that are left will take. Undefined: none is done yet. */
export function timeLeft(seen: NodesSeen, goal: NodeGoal, left: readonly string[]): Millis | undefined {
  const measured = measuredOf(seen, goal);
  if (measured === undefined) return undefined;
  const { maxUnavailable = 1, interval = 0 } = goal.fleet ?? {};
  const total = left.reduce((sum, node) => sum + measured.p50 + settleOf(goal, node) + interval, 0);
  return total / Math.max(1, Math.min(maxUnavailable, left.length));
}

/** The nearest rank. */
function percentile(sorted: readonly Millis[], part: number): Millis {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
