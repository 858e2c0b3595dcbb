import { eventReasons } from "../model/names.ts";
import { plural } from "../model/words.ts";
import { gapOf, overBudget } from "../plan/node/measure.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { NodeRunResult } from "../plan/node/result.ts";
import type { NodesSeen } from "../plan/node/seen.ts";
import type { NodeStep } from "../plan/node/step.ts";
import type { RunEvent } from "../plan/run-event.ts";
import { nodeParts } from "./node-result.ts";

/** What an Event in the cluster says, for `kubectl describe`. */
export interface EventText {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What came of a node. Undefined: nothing has, yet. */
export function nodeEvent(
  event: RunEvent<NodesSeen, NodeStep>,
  goal: NodeGoal,
): (EventText & { readonly node: string }) | undefined {
  if (event.kind === "performed") return restarted(event.step, event.memory, goal);
  if (event.kind === "settled")
    return event.what.kind === "failed" ? failed(event.what.node, event.what.stop.message) : undefined;
  if (event.kind !== "stopping") return undefined;
  const { node, message, saysCordoned } = event.reason;
  return node === undefined || saysCordoned !== true ? undefined : failed(node, message);
}

function restarted(
  step: NodeStep,
  seen: NodesSeen,
  goal: NodeGoal,
): (EventText & { readonly node: string }) | undefined {
  if (step.kind !== "uncordon" && step.kind !== "drop-lease") return undefined;
  const { name: node } = step.node;
  const own = seen.nodes[node];
  const parts = nodeParts(node, { seen, goal });
  if (own === undefined || parts === undefined) return undefined;
  const isOver = overBudget(gapOf(own), goal) === true;
  const message = `calico-node restarted by ${goal.holder}: ${parts.join(", ")}`;
  return isOver
    ? { node, type: "Warning", reason: eventReasons.overBudget, message }
    : { node, type: "Normal", reason: eventReasons.restarted, message };
}

function failed(node: string, message: string): EventText & { readonly node: string } {
  return {
    node,
    type: "Warning",
    reason: eventReasons.failed,
    message: `${message}; the node stays cordoned`,
  };
}

/** How a run ended. Undefined: it has not worked. */
export function runEvent({ seen, goal, stop }: NodeRunResult): EventText | undefined {
  if (!seen.claimed && goal.nested !== true) return undefined;
  const restarted = Object.values(seen.nodes).filter(({ outcome }) => outcome?.result === "restarted");
  const what = `calico-node restarted on ${plural(restarted.length, "node")} by ${goal.holder}`;
  if (stop !== undefined)
    return { type: "Warning", reason: eventReasons.halted, message: `${stop.message}; ${what}` };
  return restarted.length === 0
    ? undefined
    : { type: "Normal", reason: eventReasons.finished, message: what };
}
