import type { DrainPod } from "../../model/drain-pod.ts";
import type { Millis } from "../../model/time.ts";
import { plural, some } from "../../model/words.ts";
import type { Stop } from "../decision.ts";
import { leaseRenewal } from "../lease/held.ts";
import { step, type NodeView, type OnNode } from "../node/on-node.ts";
import { timeIsUp } from "../patience.ts";
import { drainRefusals } from "./refusals.ts";
import { drainOf, podName } from "./rules.ts";
import { nothingDrained, type DrainSeen } from "./seen.ts";

/** kubectl drain asks again so long after a budget has said no. */
const askAgain: Millis = 5_000;

/** Why this node cannot be drained, or was not in the time that it may take; undefined: nothing forbids it. */
export function drainStop({ world, node, goal, memory, now }: NodeView): Stop | undefined {
  const { drain: wanted } = goal;
  if (wanted === undefined) return undefined;
  const [refusal] = drainRefusals(world, wanted, [node.name]);
  if (refusal !== undefined) return refusal;
  const isBegun = memory.worked !== undefined || node.lease !== undefined;
  if (!isBegun || !timeIsUp(wanted.timeout, memory.began, now)) return undefined;
  const left = drainOf(world.drainPods ?? [], node.name, wanted, goal.daemonSet).evict;
  if (left.length === 0) return undefined;
  const why = left.map((pod) => `${podName(pod)}: ${blockedOf(pod, memory.drain) ?? "still terminating"}`);
  return {
    node: node.name,
    message: `node ${node.name} was not drained within ${wanted.timeout / 1000}s, ${plural(left.length, "pod")} left: ${some(why)}`,
    hint: `its calico-node was not restarted; when these pods can go: ${goal.commands.again()}`,
  };
}

/** Evicts one pod after the other, then waits until they are gone; undefined: none is left. */
export function drainNext({ world, node, goal, memory, now }: NodeView): OnNode | undefined {
  const { drain: wanted } = goal;
  if (wanted === undefined) return undefined;
  const { evict: left } = drainOf(world.drainPods ?? [], node.name, wanted, goal.daemonSet);
  if (left.length === 0) return undefined;
  const { drain = nothingDrained } = memory;
  const open = left.filter((pod) => !pod.ending && !drain.evicted.includes(pod.uid));
  const next = open.find((pod) => now >= retryAt(pod, drain));
  if (next !== undefined) return step({ kind: "evict", node, pod: next, by: wanted.by });
  const end = wanted.timeout > 0 ? memory.began + wanted.timeout + 1 : Number.POSITIVE_INFINITY;
  const [first] = open;
  const why = first && blockedOf(first, drain);
  return {
    kind: "wait",
    phase: "drain",
    node: node.name,
    for: `${plural(left.length, "pod")} to leave (${some(left.map(podName))})`,
    until: Math.min(end, now + leaseRenewal, ...open.map((pod) => retryAt(pod, drain))),
    ...(first === undefined || why === undefined ? {} : { stuck: `${podName(first)}: ${why}` }),
  };
}

function retryAt({ uid }: DrainPod, { blocked }: DrainSeen): Millis {
  const found = blocked[uid];
  return found === undefined ? 0 : found.at + askAgain;
}

function blockedOf({ uid }: DrainPod, seen: DrainSeen | undefined): string | undefined {
  return seen?.blocked[uid]?.why;
}
