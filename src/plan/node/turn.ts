import type { Millis } from "../../model/time.ts";
import type { Stop, Wait } from "../decision.ts";
import { mayBegin } from "../fleet/begin.ts";
import type { NodeGoal } from "./goal.ts";
import type { Held } from "./hold.ts";
import { nextOnNode } from "./next-on-node.ts";
import { stop, type OnNode } from "./on-node.ts";
import { isSilent, neverRan } from "./pin.ts";
import { runDaemonSet } from "./run-lease.ts";
import { nodeSeen, type NodesSeen } from "./seen.ts";
import { isNewest, podOn, type NodeWorld } from "./world.ts";

/** A node that the run works on, or turns to, and what comes next there. */
export interface Turn {
  readonly node: string;
  readonly next: OnNode | Held;
  /** Where it is held: how many more are. */
  readonly others: number;
}

/**
 * A node that was begun and that something can be done on; then, while there is room for one more, the first of the
 * others, and where that one has to wait the first that something can be done on. Where all have to wait, the one that
 * is free first. Undefined: every node has come to its end, or none may be begun any more.
 */
export function nodeInTurn(world: NodeWorld, seen: NodesSeen, goal: NodeGoal, now: Millis): Turn | undefined {
  const pending = inOrder(world, goal).filter((node) => seen.nodes[node]?.outcome === undefined);
  const working = pending.filter((node) => isBegun(world, seen, goal, node, now));
  const begun = amongBegun(world, seen, goal, working, now);
  if (begun !== undefined && !isIdle(begun)) return begun;
  const halt = seen.fleet?.halt;
  if (begun !== undefined) {
    const ends = seen.interrupted !== undefined || halt !== undefined;
    const next = halt === undefined ? begun.next : withAlarm(begun.next, halt.message);
    const isFull = working.length >= (goal.fleet?.maxUnavailable ?? 1);
    if (ends || isFull || begun.next.kind === "held") return { ...begun, next };
  }
  const others = pending.filter((node) => !working.includes(node));
  return amongOthers(world, seen, goal, others, working, now, begun);
}

/** What comes first on the nodes that were begun: what can be done, then the wait that ends first. */
function amongBegun(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  working: readonly string[],
  now: Millis,
): Turn | undefined {
  let idle: Turn | undefined;
  let stopped: Turn | undefined;
  for (const node of working) {
    const next = nextOnNode(world, seen, goal, node, now);
    const turn = { node, next, others: 0 };
    if (next.kind === "stop") stopped ??= turn;
    else if (!isIdle(turn)) return turn;
    else if (idle === undefined || endOf(next) < endOf(idle.next)) idle = turn;
  }
  if (stopped?.next.kind !== "stop") return idle;
  const { node, next } = stopped;
  const { reason } = next;
  const failed = Object.values(seen.nodes).filter(({ outcome }) => outcome?.result === "failed").length;
  const goesOn = idle !== undefined || failed < (goal.fleet?.maxFailures ?? 0);
  // The others that are under way come to their end before the run does.
  if (goesOn && reason.saysCordoned === true)
    return { node, next: { kind: "failed", node, why: reason.message, stop: reason }, others: 0 };
  return idle ?? stopped;
}

/** `idle`: what the nodes that were begun wait for. */
function amongOthers(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  others: readonly string[],
  working: readonly string[],
  now: Millis,
  idle: Turn | undefined,
): Turn | undefined {
  const halt = seen.fleet?.halt;
  let soonest: { readonly node: string; readonly next: Held } | undefined;
  let held = 0;
  let closed = false;
  for (const node of others) {
    const next = nextOnNode(world, seen, goal, node, now);
    const turn = { node, next, others: 0 };
    if (next.kind === "skip" || next.kind === "vanished") return turn;
    const begins = next.kind !== "step" || next.step.kind === "cordon" || next.step.kind === "take-lease";
    if (!begins) return turn;
    if (halt !== undefined && seen.interrupted === undefined)
      return idle ?? { ...turn, next: halted(halt, goal) };
    if (next.kind === "held") {
      held += 1;
      if (soonest === undefined || next.hold.until < soonest.next.hold.until) soonest = { node, next };
      continue;
    }
    const refused = seen.nodes[node]?.admission?.kind === "refused";
    // What is interrupted or refused waits for the end of what is under way, and so does what has to wait itself.
    if (idle !== undefined && (refused || next.kind !== "step")) return idle;
    if (next.kind !== "step") {
      if (soonest === undefined) return turn;
      continue;
    }
    // What an interrupted run has taken down is down already.
    if (next.step.kind === "take-lease" && podOn(world, node)?.ready !== true) return turn;
    const begin = mayBegin(world, seen, goal, node, working, now);
    if (begin.kind === "yes") return turn;
    if (idle !== undefined)
      return begin.kind === "wait" && begin.until < endOf(idle.next) ? waits(turn, begin) : idle;
    if (begin.kind === "wait") return waits(turn, begin);
    if (begin.kind === "stop") return { ...turn, next: halted(begin.reason, goal) };
    closed = true;
  }
  if (idle !== undefined) return idle;
  return soonest === undefined || closed ? undefined : { ...soonest, others: held - 1 };
}

function halted(halt: Stop, { commands }: NodeGoal): OnNode {
  return stop({ hint: `to continue: ${commands.again()}`, ...halt });
}

function waits(turn: Turn, next: Wait): Turn {
  return { ...turn, next };
}

/** Nothing can be done there now. */
function isIdle({ next: { kind } }: Turn): boolean {
  return kind === "wait" || kind === "held";
}

function endOf(next: OnNode | Held): Millis {
  if (next.kind === "held") return next.hold.until;
  return next.kind === "wait" ? next.until : Number.POSITIVE_INFINITY;
}

/** While nodes come to their end it is known why no other is begun. */
function withAlarm(next: OnNode | Held, why: string): OnNode | Held {
  return next.kind === "wait" ? { alarm: `${why}; no other node is begun`, ...next } : next;
}

/** The nodes that this run has begun and not brought to their end. */
export function workingNodes(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  now: Millis,
): readonly string[] {
  return inOrder(world, goal).filter(
    (node) => seen.nodes[node]?.outcome === undefined && isBegun(world, seen, goal, node, now),
  );
}

/**
 * The nodes of a run in the order in which they are done: what an interrupted run has begun is brought to its end
 * before anything else is restarted (hazard H18); nodes that came since come last, where they need it.
 */
export function inOrder(
  world: NodeWorld,
  { nodes, daemonSet, fleet }: Pick<NodeGoal, "nodes" | "daemonSet" | "fleet">,
): readonly string[] {
  const begun = nodes.filter((name) => {
    const lease = world.nodes.get(name)?.lease;
    return lease !== undefined && lease !== "unreadable" && runDaemonSet(lease.run) === daemonSet;
  });
  const joined =
    fleet === undefined
      ? []
      : [...world.nodes.values()].filter(
          (node) => !fleet.before.nodes.has(node.name) && fleet.joins(node) && isBehind(world, node.name),
        );
  if (begun.length === 0 && joined.length === 0) return nodes;
  return [...new Set([...begun, ...nodes, ...joined.map(({ name }) => name)])];
}

/** It runs an older revision and can be restarted, or is being restarted. */
function isBehind(world: NodeWorld, node: string): boolean {
  if (world.nodes.get(node)?.lease !== undefined) return true;
  const pod = podOn(world, node);
  if (pod === undefined || isSilent(world, node) || neverRan(world, node)) return false;
  return isNewest(world, pod) === false;
}

/** What this run does on a node it brings to its end before it turns to another. */
function isBegun(world: NodeWorld, seen: NodesSeen, goal: NodeGoal, node: string, now: Millis): boolean {
  const { cordoned, deleted } = nodeSeen(seen, node, now);
  if (cordoned || deleted !== undefined) return true;
  const lease = world.nodes.get(node)?.lease;
  return lease !== undefined && lease !== "unreadable" && lease.holder === goal.holder;
}
