import type { BgpSession } from "../../model/bgp-session.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { BgpAnswer } from "../../model/server-verdict.ts";
import { plural, some } from "../../model/words.ts";
import type { Stop } from "../decision.ts";
import { interruptEnd } from "../patience.ts";
import { touches } from "./admission.ts";
import type { BgpLook, BgpRead, BgpSeen } from "./bgp-seen.ts";
import { gapBegan } from "./measure.ts";
import type { NodeGoal } from "./goal.ts";
import { stop, timeIsUp, type NodeView, type OnNode } from "./on-node.ts";
import { nodeSeen, withNode, type NodeSeen, type NodesSeen } from "./seen.ts";
import { interrupted } from "./stops.ts";
import { waiting } from "./waits.ts";
import { podOn, type NodeWorld } from "./world.ts";

/** So old an answer is what was before the restart, after a wait in between. */
const fresh: Millis = 30_000;
/** Between two questions to the same BIRD. */
const pause: Millis = 1_000;
/** An exec that fails so often in a row says nothing of BGP, and is given up with `auto`. */
const attempts = 3;

/**
 * The question before a node is touched. `next`: on the node; undefined: the template is written first. Undefined: it may
 * go on.
 */
export function bgpBefore(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  node: string,
  next: OnNode | undefined,
  now: Millis,
):
  | { readonly kind: "read"; readonly read: BgpRead }
  | { readonly kind: "stop"; readonly reason: Stop }
  | undefined {
  const { bgpCheck } = goal;
  if (bgpCheck === undefined || seen.interrupted !== undefined) return undefined;
  if (next !== undefined && !touches(next)) return undefined;
  const own = nodeSeen(seen, node, now).bgp;
  const pod = podOn(world, node);
  // What does not run has no sessions to lose: a repair is not held up (hazards H12 to H20).
  if (pod?.ready !== true || world.nodes.get(node)?.ready !== true) return undefined;
  if (own?.before?.pod === pod.uid && now - own.before.at < fresh) return undefined;
  if (bgpCheck.mode === "exec" && own?.before === undefined && own?.unverified !== undefined)
    return { kind: "stop", reason: cannotAsk(node, own.unverified, goal) };
  if (seen.bgpUnasked !== undefined || own?.unverified !== undefined) return undefined;
  return { kind: "read", read: { kind: "bgp", node, pod, when: "before" } };
}

/** After the replacement is Ready: the sessions that were up are up again, or that is not known; undefined: go on. */
export function sessionsBack(view: NodeView, pod: PodFacts): OnNode | undefined {
  const { world, node, seen, memory, goal, now } = view;
  const own = memory.bgp;
  if (goal.bgpCheck === undefined || own?.before === undefined || own.unverified !== undefined)
    return undefined;
  if (own.before.pod === pod.uid) return undefined;
  const after = own.after?.pod === pod.uid ? own.after : undefined;
  const missing = after === undefined ? [] : missingSessions(world, own.before, after);
  if (after !== undefined && missing.length === 0 && own.failed === undefined) return undefined;
  if (now > interruptEnd(seen.interrupted)) return stop(interrupted(goal));
  if (timeIsUp(view)) return stop(notBack(view, missing));
  const last = Math.max(after?.at ?? 0, own.failed?.at ?? 0);
  if (now - last >= pause)
    return { kind: "read", read: { kind: "bgp", node: node.name, pod, when: "after" } };
  const { alarm: _ofThePod, ...wait } = waiting(view, waitedFor(missing));
  return { ...wait, until: Math.min(wait.until, last + pause), ...overBudget(view) };
}

/** Takes in an answer. */
export function bgpLearned(seen: NodesSeen, read: BgpRead, answer: BgpAnswer, goal: NodeGoal): NodesSeen {
  const memory = nodeSeen(seen, read.node, answer.at);
  const { failed, ...own } = memory.bgp ?? {};
  const { sessions, at, why = "no answer" } = answer;
  if (sessions !== undefined)
    return withBgp({ ...seen, bgpAsked: true }, read.node, memory, {
      ...own,
      [read.when]: { pod: read.pod.uid, at, sessions },
    });
  if (read.when === "before") {
    // An older answer is as good as none only where there is none.
    const kept = own.before === undefined ? { unverified: why } : { before: { ...own.before, at } };
    const answered = withBgp(seen, read.node, memory, { ...own, ...kept });
    // Where nobody could be asked, the others are not asked in vain either.
    return seen.bgpAsked === true ? answered : { ...answered, bgpUnasked: why };
  }
  const times = (failed?.times ?? 0) + 1;
  const givenUp = goal.bgpCheck?.mode !== "exec" && times >= attempts;
  return withBgp(seen, read.node, memory, {
    ...own,
    failed: { at, times, why },
    ...(givenUp ? { unverified: why } : {}),
  });
}

function withBgp(seen: NodesSeen, node: string, memory: NodeSeen, bgp: BgpSeen): NodesSeen {
  return withNode(seen, node, { ...memory, bgp });
}

/** Those that were up and are not, but for peers that are down themselves: they come back with their own calico-node. */
function missingSessions(world: NodeWorld, before: BgpLook, after: BgpLook): readonly BgpSession[] {
  const now = new Map(after.sessions.map((session) => [session.name, session]));
  return before.sessions.flatMap((session) => {
    const current = now.get(session.name);
    if (!session.established || current?.established === true || isDown(world, session)) return [];
    return [current ?? { ...session, state: "not configured" }];
  });
}

/** The peer is a node of this cluster that is gone, or whose calico-node does not run. */
function isDown(world: NodeWorld, { node }: BgpSession): boolean {
  if (node === undefined) return false;
  return !world.nodes.has(node) || podOn(world, node)?.ready !== true;
}

function waitedFor(missing: readonly BgpSession[]): string {
  return missing.length === 0
    ? "the BGP sessions"
    : `${plural(missing.length, "BGP session")} (${stateText(missing)})`;
}

function stateText(missing: readonly BgpSession[]): string {
  return some(
    missing.map(({ name, state }) => `${name}: ${state}`),
    3,
  );
}

/** Told while it lasts (hazard H22). */
function overBudget({ node, memory, goal, now }: NodeView): { readonly alarm?: string } {
  const began = gapBegan(memory)?.at;
  if (goal.budget === undefined || began === undefined || now - began <= goal.budget) return {};
  return {
    alarm: `H22: BGP sessions of node ${node.name} have been down for more than ${goal.budget / 1000}s, the graceful-restart budget: BGP peers may be dropping its routes`,
  };
}

function notBack({ node, memory, goal }: NodeView, missing: readonly BgpSession[]): Stop {
  const { failed } = memory.bgp ?? {};
  const what =
    missing.length > 0
      ? `${plural(missing.length, "BGP session")} of node ${node.name} did not come back within ${goal.timeout / 1000}s: ${stateText(missing)}`
      : `cannot ask BIRD on node ${node.name} for its BGP sessions: ${failed?.why ?? "no answer"}`;
  return {
    node: node.name,
    message: what,
    saysCordoned: true,
    hint: `the node stays cordoned; look at its BGP peers, then: ${goal.commands.again()}`,
  };
}

/** Of `exec`, while nothing was done to the node. */
export function cannotAsk(node: string, why: string, { commands, command }: NodeGoal): Stop {
  const without =
    command === undefined
      ? commands.again("--bgp-check=auto")
      : commands.kept({ ...command, flags: { ...command.flags, "bgp-check": "auto" } });
  return {
    node,
    message: `cannot ask BIRD on node ${node} for its BGP sessions: ${why}; the running pod is left alone`,
    hint: `to continue without: ${without}`,
  };
}
