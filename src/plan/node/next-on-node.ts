import type { CordonLease } from "../../model/lease.ts";
import type { PodFacts } from "../../model/pod.ts";
import { stuckReason } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import { drainNext, drainStop } from "../drain/next.ts";
import { sessionsBack } from "./bgp.ts";
import { giveBack } from "./give-back.ts";
import type { NodeGoal } from "./goal.ts";
import { isHold, type Held } from "./hold.ts";
import { step, stop, thisRun, timeIsUp, type NodeView, type OnNode } from "./on-node.ts";
import { recorded, revisionOf } from "./record.ts";
import { runDaemonSet } from "./run-lease.ts";
import { nodeSeen, type GiveBack, type NodeSeen, type NodesSeen } from "./seen.ts";
import {
  churning,
  foreignLease,
  interrupted,
  nodeGone,
  oldAgain,
  revisionUnknown,
  timedOut,
  uncordonedMeanwhile,
  unplaceable,
  unreadableLease,
} from "./stops.ts";
import { probe, waitForPod, waitForReplacement, waiting, waitToSettle } from "./waits.ts";
import { isNewest, isUp, podOn, podsOn, type NodeWorld } from "./world.ts";

/** More pods than this in a minute on one node is churn: somebody deletes them, or the DaemonSet flaps. */
const churnPods = 4;
const churnWindow: Millis = 60_000;

/** Within this time a pod that is not Ready and has met no error may only be starting. */
const startPatience: Millis = 60_000;

/** What comes next on one node: cordon, delete, wait, settle, uncordon, each only when the one before holds. */
export function nextOnNode(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  name: string,
  now: Millis,
): OnNode | Held {
  const node = world.nodes.get(name);
  const memory = nodeSeen(seen, name, now);
  if (node === undefined)
    return wasTouched(memory) || goal.fleet?.mayVanish === true
      ? { kind: "vanished", node: name }
      : stop(nodeGone(goal, name));
  const view: NodeView = { world, node, seen, memory, goal, now };
  const { lease } = node;
  if (lease === "unreadable" && !goal.takeOver) return stop(unreadableLease(view));
  if (lease === undefined || lease === "unreadable") return withoutLease(view);
  if (!ours(view, lease) && !goal.takeOver) return stop(foreignLease(view, lease));
  if (!node.unschedulable && lease.noCordon !== true) return voided(view, lease);
  return underLease(view, lease);
}

/** Node leases belong to the DaemonSet; an earlier target's is continued by this run. */
function ours({ world }: NodeView, lease: CordonLease): boolean {
  return runDaemonSet(lease.run) === world.daemonSet?.facts.uid;
}

function wasTouched({ cordoned, deleted, uids }: NodeSeen): boolean {
  return cordoned || deleted !== undefined || uids.length > 0;
}

/** Somebody made a node under our lease schedulable by hand (hazard H13). */
function voided(view: NodeView, lease: CordonLease): OnNode {
  const { memory, node } = view;
  if (memory.cordoned && memory.deleted === undefined) return stop(uncordonedMeanwhile(view));
  const back: GiveBack = { kind: "drop-lease", node, why: "void" };
  const began = memory.deleted !== undefined || memory.continued !== undefined;
  return step(began ? recorded(view, lease, back) : back);
}

function withoutLease(view: NodeView): OnNode | Held {
  const { world, node, seen, memory, goal, now } = view;
  if (memory.givingBack !== undefined) return step({ ...memory.givingBack, through: true });
  const pod = podOn(world, node.name);
  const newest = pod === undefined ? false : isNewest(world, pod);
  // What this process has deleted was replaced, and somebody has given the node back in its place.
  const replaced = memory.deleted !== undefined && pod?.uid !== memory.deleted.uid;
  if (pod !== undefined && newest === true && (!goal.restart || replaced)) {
    if (isUp(pod, goal.expectReady)) {
      return { kind: "skip", node: node.name, why: `runs the newest revision already (pod ${pod.name})` };
    }
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    // The newest revision, not Ready, nobody's lease: it may only be starting.
    return timeIsUp(view) ? stop(timedOut(view, pod, "--restart")) : waitForPod(view, pod);
  }
  if (newest === "unknown" && !goal.restart) return stop(revisionUnknown(view, pod));
  if (seen.interrupted !== undefined) return stop(interrupted(goal));
  const refusal = goal.guard(world, node.name, now, seen) ?? drainStop(view);
  if (refusal !== undefined && !isHold(refusal)) return stop(refusal);
  const elsewhere = unplaceable(view);
  if (elsewhere !== undefined) return stop(elsewhere);
  if (refusal !== undefined) return { kind: "held", hold: refusal };
  const replaces = pod?.uid ?? podsOn(world, node.name)[0]?.uid;
  const from = pod === undefined ? undefined : revisionOf(world, pod);
  const lease: CordonLease = {
    run: thisRun(view),
    holder: goal.holder,
    since: now,
    wasUnschedulable: node.unschedulable,
    ...(replaces === undefined ? {} : { replaces }),
    ...(from === undefined ? {} : { from }),
    ...(goal.noCordon ? { noCordon: true } : {}),
  };
  return step({ kind: "cordon", node, lease });
}

function underLease(view: NodeView, lease: CordonLease): OnNode | Held {
  const { world, node, seen, memory, goal, now } = view;
  const pods = podsOn(world, node.name);
  // What this process has deleted is on its way out, also while the watch does not show that yet.
  const pod = pods.find(({ deletedAt, uid }) => deletedAt === undefined && uid !== memory.deleted?.uid);
  const newest = pod === undefined ? false : isNewest(world, pod);
  if (lease.run !== thisRun(view) || lease.holder !== goal.holder) return takeLease(view, lease, pod);
  const { deleting } = memory;
  if (deleting !== undefined && pod?.uid !== deleting.step.pod.uid)
    return step({ ...deleting.step, through: true });
  if (pod !== undefined && deletes(view, pod, lease.replaces)) return restart(view, lease, pod);

  const churn = memory.uids.filter(({ at }) => now - at <= churnWindow);
  if (churn.length > churnPods) return stop(churning(node.name, churn.length));
  const up = pod !== undefined && newest === true && isUp(pod, goal.expectReady);
  // What an earlier process restarted and does not start is restarted again where that is what was asked for.
  if (pod !== undefined && !up && goal.restart && memory.deleted === undefined && doesNotStart(view, pod)) {
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    return step({ kind: "take-lease", node, lease: { ...lease, replaces: pod.uid } });
  }
  if (!up && timeIsUp(view)) return stop(timedOut(view, pod ?? pods[0]));
  if (pod === undefined) return waitForReplacement(view, pods[0]);
  if (newest === "unknown" && memory.deleted !== undefined) {
    return waiting(view, `pod ${pod.name} to be recognised as the newest revision`);
  }
  if (newest !== true) {
    // The controller made the old template again: deleting once more would only repeat it (H11).
    if (memory.deleted !== undefined) return stop(oldAgain(view, pod));
    if (seen.interrupted !== undefined) return stop(interrupted(goal));
    return step({ kind: "take-lease", node, lease: { ...lease, replaces: pod.uid } });
  }
  if (!up) return waitForPod(view, pod);
  const sessions = sessionsBack(view, pod);
  if (sessions !== undefined) return sessions;
  const settling = waitToSettle(view, pod);
  if (settling !== undefined) return settling;
  const probing =
    goal.probeImage === undefined || memory.probed === true ? undefined : probe(view, goal.probeImage);
  if (probing !== undefined) return probing;
  return step(recorded(view, lease, giveBack(node, lease, memory.cordoned, "done")));
}

/** Whether this pod is the one to be replaced, and has to be. */
function deletes({ world, goal }: NodeView, pod: PodFacts, replaces: string | undefined): boolean {
  return pod.uid === replaces && (goal.restart || isNewest(world, pod) !== true);
}

function doesNotStart({ world, now }: NodeView, pod: PodFacts): boolean {
  return stuckReason(pod, world.events)?.failing === true || now - pod.created >= startPatience;
}

/** Continues what an earlier process or an earlier target began, under this run's name. */
function takeLease(view: NodeView, lease: CordonLease, pod: PodFacts | undefined): OnNode | Held {
  const { world, node, seen, goal, now } = view;
  if (seen.interrupted !== undefined) return stop(interrupted(goal));
  const taken = { ...lease, run: thisRun(view), holder: goal.holder };
  const replaces = ours(view, lease) ? lease.replaces : pod?.uid;
  // A restart that was left before its delete waits as one that was not begun: another node comes first.
  const refusal =
    pod !== undefined && deletes(view, pod, replaces) ? goal.guard(world, node.name, now, seen) : undefined;
  if (refusal !== undefined && isHold(refusal)) return { kind: "held", hold: refusal };
  return step({ kind: "take-lease", node, lease: replaces === undefined ? taken : { ...taken, replaces } });
}

function restart(view: NodeView, lease: CordonLease, pod: PodFacts): OnNode | Held {
  const { world, node, seen, memory, goal, now } = view;
  const halted = seen.fleet?.halt !== undefined && memory.cordoned;
  if (seen.interrupted !== undefined || halted)
    return step(giveBack(node, lease, memory.cordoned, "interrupted"));
  const refusal = goal.guard(world, node.name, now, seen) ?? drainStop(view);
  if (refusal !== undefined && isHold(refusal)) return { kind: "held", hold: refusal };
  if (refusal !== undefined) {
    // Nothing was touched yet: what this process cordoned it gives back before it stops.
    return memory.cordoned ? step(giveBack(node, lease, true, "interrupted")) : stop(refusal);
  }
  const draining = drainNext(view);
  if (draining !== undefined) return draining;
  const { gracePeriod } = goal;
  return step({ kind: "delete-pod", node, pod, ...(gracePeriod === undefined ? {} : { gracePeriod }) });
}
