import type { CordonLease } from "../../model/lease.ts";
import { calicoNode, type PodFacts } from "../../model/pod.ts";
import { currentRevision } from "../../model/rollout.ts";
import type { Millis } from "../../model/time.ts";
import { startOf, upSince, type Up } from "../up-since.ts";
import type { NodeGoal } from "./goal.ts";
import { nodeSeen, withNode, type NodeSeen, type NodesSeen } from "./seen.ts";
import { watchFleet } from "../fleet/watch.ts";
import { keepLease } from "../lease/kept.ts";
import { nodeInTurn, workingNodes } from "./turn.ts";
import { isUp, podsOn, type NodeWorld } from "./world.ts";

/** Takes in what the cluster shows now of the nodes being worked on, and of the others. */
export function look(seen: NodesSeen, world: NodeWorld, goal: NodeGoal, now: Millis): NodesSeen {
  const facts = world.daemonSet?.facts;
  const pinned = seen.pinned || (facts?.pinned !== undefined && facts.strategy.type === "OnDelete");
  const observed = facts === undefined || currentRevision(world.revisions, facts) !== undefined;
  const { unobservedSince, held, ...rest } = keepLease(seen, facts, goal.holder);
  let next: NodesSeen = { ...rest, pinned, ...(observed ? {} : { unobservedSince: unobservedSince ?? now }) };
  const working = workingNodes(world, next, goal, now);
  for (const node of working) next = lookAt(next, world, goal, node, now);
  const fleet = watchFleet(next, world, goal, working);
  if (fleet !== undefined) next = { ...next, fleet };
  const turn = nodeInTurn(world, next, goal, now);
  if (turn === undefined) return next;
  const { node } = turn;
  if (turn.next.kind === "held") {
    const { until } = turn.next.hold;
    const since = held?.node === node && held.until === until ? held.since : now;
    return { ...next, held: { node, until, since } };
  }
  return working.includes(node) ? next : lookAt(next, world, goal, node, now);
}

function lookAt(seen: NodesSeen, world: NodeWorld, goal: NodeGoal, node: string, now: Millis): NodesSeen {
  const lease = world.nodes.get(node)?.lease;
  const seenBefore = continuing(nodeSeen(seen, node, now), lease, podsOn(world, node));
  return withNode(seen, node, lookAtNode(seenBefore, podsOn(world, node), goal, now));
}

/** An earlier process has deleted the pod that the lease names: the gap began with its work. */
function continuing(
  before: NodeSeen,
  lease: CordonLease | "unreadable" | undefined,
  pods: readonly PodFacts[],
): NodeSeen {
  if (lease === undefined || lease === "unreadable" || before.continued !== undefined) return before;
  if (before.cordoned || before.deleted !== undefined || lease.replaces === undefined) return before;
  const stands = pods.some(({ uid, deletedAt }) => uid === lease.replaces && deletedAt === undefined);
  return stands ? before : { ...before, continued: lease.since };
}

function lookAtNode(before: NodeSeen, pods: readonly PodFacts[], goal: NodeGoal, now: Millis): NodeSeen {
  const current = pods.find((pod) => pod.deletedAt === undefined);
  const old = pods.find((pod) => pod.uid === before.deleted?.uid);
  const oldStopped =
    before.oldStopped ?? (old === undefined ? undefined : calicoNode(old)?.terminated?.finishedAt);
  const begun = before.deleted !== undefined || before.continued !== undefined;
  const replacement = !begun || current?.uid === before.deleted?.uid ? undefined : current;
  const started = replacement === undefined ? undefined : startOf(calicoNode(replacement));
  // A crash loop has many starts; the last one counts.
  const lastStart =
    started === undefined || started === before.lastStart?.at ? before.lastStart : { at: started, seen: now };
  const up = upOf(before, current, goal, now);
  const { up: _before, ...rest } = before;
  return {
    ...rest,
    uids:
      current === undefined || before.uids.some(({ uid }) => uid === current.uid)
        ? before.uids
        : [...before.uids, { uid: current.uid, at: now }],
    ...(oldStopped === undefined ? {} : { oldStopped }),
    ...(lastStart === undefined ? {} : { lastStart }),
    ...(up === undefined ? {} : { up }),
  };
}

function upOf(before: NodeSeen, pod: PodFacts | undefined, goal: NodeGoal, now: Millis): Up | undefined {
  if (pod === undefined || !isUp(pod, goal.expectReady)) return undefined;
  const isFirst = before.up === undefined && !before.uids.some(({ uid }) => uid === pod.uid);
  return upSince(before.up, pod, isFirst ? pod.readySince : undefined, now);
}
