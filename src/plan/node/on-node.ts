import type { NodeFacts } from "../../model/node.ts";
import type { Millis } from "../../model/time.ts";
import type { Decision, Stop } from "../decision.ts";
import { timeIsUp as isOver } from "../patience.ts";
import type { Settled } from "../procedure.ts";
import type { NodeRead } from "./bgp-seen.ts";
import type { NodeGoal } from "./goal.ts";
import { runId, target } from "./run-lease.ts";
import type { NodeSeen, NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/** What comes next on one node, or that there is nothing to do on it. */
export type OnNode = Decision<NodeStep, NodeRead> | Settled;

/** One node as the decision about it sees it. */
export interface NodeView {
  readonly world: NodeWorld;
  readonly node: NodeFacts;
  readonly seen: NodesSeen;
  /** What this process has seen of the node. */
  readonly memory: NodeSeen;
  readonly goal: NodeGoal;
  readonly now: Millis;
}

export function timeIsUp({ goal, memory, now }: NodeView): boolean {
  return isOver(goal.timeout, memory.began, now);
}

export function thisRun({ world, seen, goal }: Pick<NodeView, "world" | "seen" | "goal">): string {
  return runId({ uid: goal.daemonSet }, target(world, seen, goal));
}

export function step(what: NodeStep): Extract<OnNode, { kind: "step" }> {
  return { kind: "step", step: what };
}

export function stop(reason: Stop): Extract<OnNode, { kind: "stop" }> {
  return { kind: "stop", reason };
}
