import { shouldRun } from "../../model/placement.ts";
import type { Millis } from "../../model/time.ts";
import { plural, some } from "../../model/words.ts";
import type { Stop, Wait } from "../decision.ts";
import { leaseRenewal } from "../lease/held.ts";
import type { NodeGoal } from "../node/goal.ts";
import { neverRan } from "../node/pin.ts";
import { nodeSeen, type NodesSeen } from "../node/seen.ts";
import { isNewest, isUp, placed, type NodeWorld } from "../node/world.ts";
import { wouldEnd } from "./eta.ts";
import type { FleetGoal } from "./goal.ts";

/** Whether the run may begin with a node now. */
export type Begin =
  | { readonly kind: "yes" }
  /** Not in the time that the run has. */
  | { readonly kind: "closed" }
  | Wait
  | { readonly kind: "stop"; readonly reason: Stop };

/** `working`: nodes that the run works on. */
export function mayBegin(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  node: string,
  working: readonly string[],
  now: Millis,
): Begin {
  const { fleet } = goal;
  if (fleet === undefined) return { kind: "yes" };
  if (fleet.until !== undefined && wouldEnd(seen, goal, node, now) > fleet.until) return { kind: "closed" };
  const phase = goal.noCordon ? ("restart" as const) : ("cordon" as const);
  const free = lastEnd(seen) + fleet.interval;
  if (now < free && fleet.interval > 0)
    return {
      kind: "wait",
      phase,
      node,
      for: `the ${fleet.interval / 1000}s between two nodes (--interval) to pass`,
      until: Math.min(free, now + leaseRenewal),
      passes: true,
    };
  const others = othersUnavailable(world, seen, goal, fleet, new Set([node, ...working]));
  if (working.length + others.length < fleet.maxUnavailable) return { kind: "yes" };
  if (working.length >= fleet.maxUnavailable || others.length === 0) return { kind: "closed" };
  const what = `${plural(others.length, "node")} not to be unavailable any more (${some(others, 5)}; --max-unavailable is ${fleet.maxUnavailable})`;
  const since = Math.max(nodeSeen(seen, node, now).began, free);
  if (goal.timeout > 0 && now - since > goal.timeout)
    return {
      kind: "stop",
      reason: { message: `timed out after ${goal.timeout / 1000}s waiting for ${what}` },
    };
  const deadline = goal.timeout > 0 ? since + goal.timeout + 1 : Number.POSITIVE_INFINITY;
  return { kind: "wait", phase, node, for: what, until: Math.min(deadline, now + leaseRenewal) };
}

/**
 * Nodes that the run does not work on, that have no calico-node that is Ready, or are not Ready themselves. What was so
 * before counts where more than one may be; else H18 has judged it. One that has just come is only starting.
 */
function othersUnavailable(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  { before, maxUnavailable }: FleetGoal,
  spared: ReadonlySet<string>,
): readonly string[] {
  const template = world.daemonSet?.facts.template;
  const pods = placed(world);
  const all = maxUnavailable > 1;
  return [...world.nodes.values()]
    .filter((node) => {
      if (spared.has(node.name) || !before.nodes.has(node.name)) return false;
      if (seen.nodes[node.name]?.outcome?.result === "failed") return true;
      if (node.ready !== true) return all || before.ready.has(node.name);
      const pod = pods.get(node.name)?.[0];
      if (pod === undefined) return template !== undefined && shouldRun(node, template) === true;
      if (isUp(pod, goal.expectReady) || neverRan(world, node.name)) return false;
      if (before.oldUnready && isNewest(world, pod) === false) return false;
      return all || !before.unready.has(pod.uid);
    })
    .map(({ name }) => name);
}

function lastEnd({ nodes }: NodesSeen): Millis {
  return Object.values(nodes).reduce((last, { ended = 0 }) => Math.max(last, ended), 0);
}
