import { heldStrategy, type DaemonSetFacts } from "../model/daemonset.ts";
import type { JsonObject } from "../model/kube.ts";
import { formatTime } from "../model/time.ts";
import type { Commands } from "../plan/decision.ts";
import { gapOf, type Gap, overBudget, type MeasuredTime } from "../plan/node/measure.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { NodeRunResult } from "../plan/node/result.ts";
import { isSilent, outdatedNodes } from "../plan/node/pin.ts";
import { podOn } from "../plan/node/world.ts";
import { inSeconds, seconds } from "./seconds.ts";
import { leftText } from "./node-left.ts";
import { stoppedObject } from "./stopped.ts";
import { prepullField } from "./prepull-result.ts";
import { plural, some } from "../model/words.ts";
import type { BgpSession } from "../model/bgp-session.ts";
import { bgpReturn, type BgpSeen } from "../plan/node/bgp-seen.ts";
import type { NodeSeen } from "../plan/node/seen.ts";

/** `kind: NodeUpgrade`, described by docs/schema. Times in seconds. */
export function nodeResultObject(result: NodeRunResult): JsonObject {
  const { goal, world, seen, stop } = result;
  const facts = world.daemonSet?.facts;
  const left = outdatedNodes(world);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "NodeUpgrade",
    time: formatTime(result.ended),
    dryRun: result.dryRun,
    succeeded: stop === undefined,
    ...(facts === undefined
      ? {}
      : {
          daemonSet: {
            namespace: facts.namespace,
            name: facts.name,
            uid: facts.uid,
            updateStrategy: facts.strategy.type,
            pinned: heldStrategy(facts) !== undefined,
          },
        }),
    ...(result.budget === undefined ? {} : { budgetSeconds: inSeconds(result.budget) }),
    ...prepullField(result.prepull),
    nodes: nodesOf(result).map((name) => nodeObject(name, result)),
    ...(result.left === undefined ? {} : { left: { why: result.left.why, nodes: result.left.nodes } }),
    ...(result.bundle === undefined ? {} : { bundle: result.bundle }),
    remaining: left.map((name) => ({ name, silent: isSilent(world, name) })),
    ...stoppedObject(stop),
  };

  function nodeObject(name: string, { dryRun }: NodeRunResult): JsonObject {
    const own = seen.nodes[name];
    const node = world.nodes.get(name);
    const pod = podOn(world, name);
    const gap = own === undefined || dryRun !== "none" ? {} : gapOf(own);
    const outcome = own?.outcome;
    return {
      name,
      result:
        outcome?.result ?? (stop?.node === name || own?.deleted !== undefined ? "failed" : "not reached"),
      ...(outcome?.result === "skipped" ? { reason: outcome.why } : {}),
      ...(outcome?.result === "failed" ? { reason: outcome.stop.message } : {}),
      ...(pod === undefined || dryRun !== "none"
        ? {}
        : { pod: { name: pod.name, uid: pod.uid, ready: pod.ready } }),
      unschedulable: node?.unschedulable ?? null,
      ...gapObject(gap, goal),
      ...(dryRun === "none" ? bgpObject(own?.bgp, seen.bgpUnasked) : {}),
      networkingVerified: own?.probed === true,
    };
  }
}

/** The nodes that the run was about, with those that came since. */
function nodesOf({ goal, seen }: NodeRunResult): readonly string[] {
  const came = Object.entries(seen.nodes).flatMap(([name, { outcome }]) =>
    outcome === undefined ? [] : [name],
  );
  return [...new Set([...goal.nodes, ...came])];
}

/** The times of a restart, in results and events (hazard H22). */
export function gapObject(gap: Gap, goal: Parameters<typeof overBudget>[1]): JsonObject {
  return {
    ...(gap.down === undefined
      ? {}
      : {
          downSeconds: inSeconds(gap.down.time),
          downExact: gap.down.bound === "exact",
          downBound: gap.down.bound,
          overBudget: overBudget(gap, goal),
        }),
    ...(gap.readyAfter === undefined ? {} : { readyAfterSeconds: inSeconds(gap.readyAfter.time) }),
    ...(gap.sessions === undefined ? {} : { sessionsAfterSeconds: inSeconds(gap.sessions.time) }),
  };
}

/** What became of the BGP sessions that BIRD had before a restart; nothing where nobody asked. */
export function bgpObject(bgp: BgpSeen | undefined, unasked?: string): JsonObject {
  const found = bgpReturn(bgp);
  const why = bgp?.unverified ?? bgp?.failed?.why ?? unasked;
  if (found === undefined) return why === undefined ? {} : { bgpSessions: { verified: false, reason: why } };
  const { before, back } = found;
  return {
    bgpSessions: {
      verified: true,
      before: before.length,
      after: back.length,
      down: before.filter(({ name }) => !back.some((each) => each.name === name)).map(({ name }) => name),
      ...(bgp?.before === undefined ? {} : { routesBefore: routes(bgp.before.sessions) }),
      ...(bgp?.after === undefined ? {} : { routesAfter: routes(bgp.after.sessions) }),
      withoutGracefulRestart: withoutGracefulRestart(before).map(({ name }) => name),
    },
  };
}

function routes(sessions: readonly BgpSession[]): number {
  return sessions.reduce((sum, { imported = 0 }) => sum + imported, 0);
}

/** On one end or the other (RFC 4724): those peers drop the node's routes with the session. */
function withoutGracefulRestart(sessions: readonly BgpSession[]): readonly BgpSession[] {
  return sessions.filter(({ gracefulRestart: { own, peer } }) => own === false || peer === false);
}

/** `5 of 5 BGP sessions, 5.2s`. */
function bgpParts(own: NodeSeen, { sessions: gap }: Gap): readonly string[] {
  const found = bgpReturn(own.bgp);
  if (found === undefined) return [];
  const { before, back } = found;
  if (before.length === 0) return ["no BGP session was up before"];
  const time =
    gap === undefined ? "" : `, ${gap.bound === "at least" ? "≥ " : ""}${seconds(gap.time, gap.bound)}`;
  const alone = withoutGracefulRestart(before).map(({ name }) => name);
  return [
    `${back.length} of ${plural(before.length, "BGP session")}${time}`,
    ...(alone.length === 0 ? [] : [`no graceful restart with ${some(alone, 3)}`]),
  ];
}

/** A node's own line: how long it was down, when it was Ready, and what that is against the budget (H22, H26). */
export function nodeLine(name: string, result: Pick<NodeRunResult, "seen" | "goal">): string | undefined {
  const parts = nodeParts(name, result);
  return parts === undefined ? undefined : `node/${name} done: ${parts.join(", ")}`;
}

/** The same, part by part. Undefined: it was not restarted. */
export function nodeParts(
  name: string,
  { seen, goal }: Pick<NodeRunResult, "seen" | "goal">,
): readonly string[] | undefined {
  const own = seen.nodes[name];
  if (own?.outcome?.result !== "restarted") return undefined;
  const gap = gapOf(own);
  const parts = [];
  if (gap.down !== undefined) parts.push(`down ${measured(gap.down)}`);
  const over = overBudget(gap, goal);
  if (gap.readyAfter !== undefined) {
    const { time, bound } = gap.readyAfter;
    const of = over === false && goal.budget !== undefined ? ` of ${seconds(goal.budget)}` : "";
    parts.push(`Ready after ${bound === "at least" ? "≥ " : ""}${seconds(time, bound)}${of}`);
  } else if (!goal.expectReady) parts.push("running; Ready comes when Calico's data migration is completed");
  parts.push(...bgpParts(own, gap));
  const budget = gap.down === undefined && gap.readyAfter === undefined ? undefined : budgetText(over, goal);
  if (budget !== undefined) parts.push(budget);
  parts.push(own.probed === true ? "a pod got an address" : "pod networking not verified");
  return parts;
}

function measured({ time, bound }: MeasuredTime): string {
  return `${{ exact: "", "at most": "≤ ", "at least": "≥ " }[bound]}${seconds(time, bound)}`;
}

/** Undefined: within it, which the time says by itself. */
function budgetText(over: boolean | null, { budget, bgp }: NodeGoal): string | undefined {
  if (budget === undefined) return bgp === false ? "no BGP: no budget" : "whether BGP is in use is not known";
  switch (over) {
    case true:
      return `over the graceful-restart budget of ${seconds(budget)}: peers may have dropped this node's routes for a while`;
    case false:
      return undefined;
    case null:
      return `BGP session not verified (budget ${seconds(budget)})`;
  }
}

/** While the DaemonSet is held at OnDelete, what ends that; `left`: nodes that are still to be done (hazard H12). */
export function heldLines(
  facts: DaemonSetFacts,
  left: readonly string[],
  commands: Pick<Commands, "other">,
): readonly string[] {
  const held = heldStrategy(facts);
  if (held === undefined) return [];
  const back = held === "unreadable" ? "its own strategy" : held.type;
  return [
    `daemonset ${facts.namespace}/${facts.name} is held at updateStrategy OnDelete; ${back} is restored when every node that answers runs the newest revision` +
      `${left.length === 0 ? "" : ` (${left.length} left: ${some(left, 5)})`}. Until then, don't kubectl apply it. ` +
      `To restore it now: ${commands.other("node", "--unpin")}`,
  ];
}

/** The same after a run. */
export function heldLinesOf({ world, goal }: NodeRunResult): readonly string[] {
  const facts = world.daemonSet?.facts;
  const left = outdatedNodes(world).filter((name) => !isSilent(world, name));
  return facts === undefined ? [] : heldLines(facts, left, goal.commands);
}

/** What is left to do or to know, on standard error at the end. `undo`: how the run is undone. */
export function closingLines(result: NodeRunResult, undo?: string): readonly string[] {
  const { world, goal, stop } = result;
  const facts = world.daemonSet?.facts;
  if (facts === undefined) return [];
  const outdated = outdatedNodes(world);
  const silent = outdated.filter((name) => isSilent(world, name));
  const left = outdated.filter((name) => !isSilent(world, name));
  const lines: string[] = [];
  const where = `daemonset ${facts.namespace}/${facts.name}`;
  const held = heldStrategy(facts);
  if (held === undefined && facts.strategy.type !== "OnDelete" && left.length > 0) {
    lines.push(
      `${where} has updateStrategy ${facts.strategy.type}: Kubernetes restarts calico-node on the remaining nodes by itself, without cordoning (${left.length} left: ${some(left, 5)})`,
    );
  }
  lines.push(...heldLinesOf(result));
  if (silent.length > 0) {
    lines.push(
      `${some(silent, 5)} ${silent.length === 1 ? "is" : "are"} silent and still on an older revision: ${afterSilence(facts, goal, silent)}`,
    );
  }
  if (undo !== undefined) lines.push(undo);
  const failed = Object.entries(result.seen.nodes).flatMap(([name, { outcome }]) =>
    outcome?.result === "failed" ? [name] : [],
  );
  if (failed.length > 1 || (failed.length > 0 && !failed.includes(stop?.node ?? "")))
    lines.push(`failed, and still cordoned: ${some(failed, 5)}`);
  if (stop === undefined && result.next !== undefined) {
    lines.push(`images are pulled, and no node was touched; next: ${result.next}`);
  } else if (result.left !== undefined) lines.push(leftText(result.left, goal));
  else if (stop === undefined && left.length > 0 && result.dryRun === "none") {
    lines.push(`next: ${goal.commands.other("node", left[0] ?? "")}`);
  }
  return lines;
}

/** What becomes of nodes that were silent: that depends on who restarts pods there. */
function afterSilence(
  facts: Pick<DaemonSetFacts, "pinned" | "strategy">,
  goal: NodeGoal,
  silent: readonly string[],
): string {
  if (heldStrategy(facts) !== undefined)
    return "once the strategy is back, the DaemonSet controller may restart calico-node there by itself";
  if (facts.strategy.type !== "OnDelete")
    return "the DaemonSet controller may restart calico-node there by itself, uncordoned";
  return `when the kubelet answers again: ${goal.commands.other("node", ...silent)}`;
}
