import type { Millis } from "../../model/time.ts";
import { stuckReason, stuckText } from "../../model/stuck.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { ControllerPhaseName, Decision, Wait } from "../decision.ts";
import { underLease } from "../lease/under-lease.ts";
import type { PodRead } from "../pod-of-template.ts";
import { interruptEnd, timeIsUp as isOver, untilLeaving, waitEnd } from "../patience.ts";
import type { ControllerGoal } from "./goal.ts";
import type { ControllerSeen } from "./seen.ts";
import type { ControllerStep, ControllerWork } from "./step.ts";
import {
  appeared,
  becameZero,
  interrupted,
  scaledUpAgain,
  targetGone,
  timedOut,
  twoControllers,
} from "./stops.ts";
import { othersWanting, presentPods, targetOf, type ControllerWorld, type LiveWorkload } from "./world.ts";

export type ControllerDecision = Decision<ControllerStep, PodRead>;

interface View {
  readonly world: ControllerWorld;
  readonly seen: ControllerSeen;
  readonly goal: ControllerGoal;
  readonly now: Millis;
}

/**
 * What a controller run does next: the old controller stops, its pod is gone, only then is the new one
 * written; at the end exactly one Ready pod. Whoever asks about the same cluster gets the same answer, so
 * any process continues where another was killed.
 */
export function nextControllerStep(
  world: ControllerWorld,
  seen: ControllerSeen,
  goal: ControllerGoal,
  now: Millis,
): ControllerDecision {
  return underLease(world.daemonSet, seen, goal.lease, now, nextOnController(world, seen, goal, now));
}

function nextOnController(
  world: ControllerWorld,
  seen: ControllerSeen,
  goal: ControllerGoal,
  now: Millis,
): ControllerDecision {
  const earlier = goneThrough(world, seen);
  if (earlier !== undefined) return step({ ...earlier, through: true });
  if (seen.stop !== undefined) return { kind: "stop", reason: seen.stop };
  const view: View = { world, seen, goal, now };
  if (now > interruptEnd(seen.interrupted)) return { kind: "stop", reason: interrupted(view) };
  const target = targetOf(world, goal);
  const others = othersWanting(world, goal);
  const writes = seen.applied ? [] : goal.target.reconcile(target?.raw);
  if (writes.length === 0)
    return others.length > 0 ? { kind: "stop", reason: twoControllers(goal, others) } : rollout(view, target);

  if (seen.interrupted !== undefined && seen.wrote === undefined)
    return { kind: "stop", reason: interrupted(view) };
  const asked = admission(seen, goal);
  if (asked !== undefined) return asked;
  const [other] = others;
  if (other !== undefined) return stopOther(view, target, other);
  if (goal.target.stopFirst && target !== undefined && target.facts.desired > 0) {
    if (seen.stopped.includes(target.facts.uid))
      return { kind: "stop", reason: scaledUpAgain(view, target.facts) };
    return step({ kind: "scale-down", workload: target.facts, restart: true });
  }
  // A Deployment replaces its own pod, and Recreate ends that first; nobody else's pod may be left.
  const present = presentPods(world);
  const ownRollout = target !== undefined && target.facts.desired > 0;
  if (!ownRollout && present.length > 0) {
    if (timeIsUp(view)) return { kind: "stop", reason: timedOut(view, present[0]) };
    return waiting(view, "old gone", `pod ${present.map(({ name }) => name).join(", ")} to end`, present[0]);
  }
  return step({ kind: "deploy", target: goal.target, exists: target !== undefined, stub: false, writes });
}

/** A step that nobody answered, where the cluster is as it would have made it. */
function goneThrough(world: ControllerWorld, { open }: ControllerSeen): ControllerWork | undefined {
  if (open === undefined) return undefined;
  const { step: sent } = open;
  if (sent.kind === "scale-down") {
    const now = world.workloads.find(({ facts }) => facts.uid === sent.workload.uid);
    return now?.facts.desired === 0 ? sent : undefined;
  }
  const live = targetOf(world, sent);
  return live !== undefined && sent.target.reconcile(live.raw).length === 0 ? sent : undefined;
}

/** Before the old controller stops, the server is asked whether it would take the new pod (hazard H30). */
function admission(
  { wrote, admission: verdict }: ControllerSeen,
  { pod, target, commands }: ControllerGoal,
): ControllerDecision | undefined {
  if (pod === undefined || wrote !== undefined) return undefined;
  if (verdict === undefined) return { kind: "read", read: { kind: "pod", pod } };
  if (verdict.kind !== "refused") return undefined;
  const what = `${target.kind} ${target.name}`;
  return {
    kind: "stop",
    reason: {
      message: `the server would refuse the new pod of ${what}: ${verdict.messages.join("; ")}; the controller that runs is left alone`,
      hint: `once it accepts the pod: ${commands.again()}`,
    },
  };
}

function stopOther(
  view: View,
  target: LiveWorkload | undefined,
  { facts }: LiveWorkload,
): ControllerDecision {
  const { seen, goal } = view;
  if (target !== undefined && target.facts.desired > 0)
    return { kind: "stop", reason: twoControllers(goal, [{ facts }, target]) };
  if (!goal.replaces.includes(facts.uid)) return { kind: "stop", reason: appeared(view, facts) };
  if (seen.stopped.includes(facts.uid)) return { kind: "stop", reason: scaledUpAgain(view, facts) };
  return step({ kind: "scale-down", workload: facts, restart: false });
}

/** The target is as it should be: exactly one pod of it, Ready and settled; then what turns old ones off. */
function rollout(view: View, target: LiveWorkload | undefined): ControllerDecision {
  const { world, seen, goal, now } = view;
  if (target === undefined) return { kind: "stop", reason: targetGone(view) };
  const { facts } = target;
  if (facts.desired === 0) return { kind: "stop", reason: becameZero(facts) };
  const present = presentPods(world);
  const living = present.filter(({ deletedAt }) => deletedAt === undefined);
  const [pod] = living;
  const observed = facts.observedGeneration >= facts.generation;
  // A ReplicaSet does not count how many of its pods are of the newest template.
  const updated = facts.kind !== "Deployment" || facts.updated === 1;
  const one = present.length === 1 && facts.replicas === 1 && facts.ready === 1;
  if (!observed || !updated || !one || pod?.ready !== true) {
    if (timeIsUp(view))
      return { kind: "stop", reason: timedOut(view, living.find(({ ready }) => !ready) ?? present[0]) };
    return waiting(
      view,
      "rollout",
      whatIsMissing(view, observed, present),
      living.find(({ ready }) => !ready) ?? present[0],
    );
  }
  const since = seen.up?.since ?? now;
  if (now - since < goal.settle) {
    // It is Ready: what a signal waits for is over.
    if (seen.interrupted !== undefined) return { kind: "stop", reason: interrupted(view) };
    return {
      kind: "wait",
      phase: "settle",
      for: `pod ${pod.name} to settle`,
      until: since + goal.settle,
    };
  }
  for (const stub of goal.stubs) {
    if (seen.stubs.includes(stub.name)) continue;
    const live = targetOf(world, { target: stub });
    const writes = stub.reconcile(live?.raw);
    if (writes.length > 0)
      return step({ kind: "deploy", target: stub, exists: live !== undefined, stub: true, writes });
  }
  return { kind: "done" };
}

function whatIsMissing({ goal }: View, observed: boolean, present: readonly PodFacts[]): string {
  const what = `${goal.target.kind.toLowerCase()}/${goal.target.name}`;
  if (!observed) return `${what} to be taken in by its controller`;
  const ending = present.find(({ deletedAt }) => deletedAt !== undefined);
  if (ending !== undefined) return `pod ${ending.name} to end`;
  const [pod, second] = present;
  if (pod === undefined) return `the pod of ${what}`;
  if (second !== undefined) return `one of ${present.map(({ name }) => name).join(" and ")} to end`;
  return `pod ${pod.name} to become Ready`;
}

function waiting(view: View, phase: ControllerPhaseName, what: string, pod: PodFacts | undefined): Wait {
  const { world, seen, goal, now } = view;
  const { began = now, wrote, interrupted } = seen;
  const stuck = pod === undefined ? undefined : stuckReason(pod, world.events);
  const silent = pod === undefined ? undefined : silentNode(world, pod);
  const notMade = pod === undefined ? targetOf(world, goal)?.facts.failure : undefined;
  const said = silent ?? notMade ?? (stuck?.failing === true ? stuckText(stuck) : undefined);
  return {
    kind: "wait",
    phase,
    for: untilLeaving(what, interrupted),
    ...waitEnd({ timeout: goal.timeout, began, since: wrote ?? began, interrupted, now }),
    ...(said === undefined ? {} : { stuck: said }),
  };
}

/** Such a pod is named and never force-deleted: its container may still run (hazards H16, H24). */
function silentNode({ nodes }: ControllerWorld, pod: PodFacts): string | undefined {
  const node = pod.node === undefined ? undefined : nodes.get(pod.node);
  if (pod.deletedAt === undefined || node === undefined || node.ready !== "unknown") return undefined;
  return `pod ${pod.name} is Terminating on node ${node.name}, whose kubelet does not answer: its controller may still run`;
}

function timeIsUp({ goal, seen, now }: View): boolean {
  return isOver(goal.timeout, seen.began ?? now, now);
}

function step(what: ControllerStep): ControllerDecision {
  return { kind: "step", step: what };
}
