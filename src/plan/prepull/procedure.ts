import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { EventFacts } from "../../model/event.ts";
import type { KubeObject } from "../../model/kube.ts";
import { parseRunLease } from "../../model/lease.ts";
import { manager, purposeLabel, purposes, runAnnotation } from "../../model/names.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { PodFacts } from "../../model/pod.ts";
import { stuckText } from "../../model/stuck.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Decision } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import { isLeaseStep, leaseWrite, withLease, type LeaseStep } from "../lease/step.ts";
import { renewed } from "../lease/held.ts";
import { keepLease, lostLease, withoutLease } from "../lease/kept.ts";
import { claimedOver, underLease } from "../lease/under-lease.ts";
import type { NodePlaces } from "../node/writes.ts";
import type { Procedure } from "../procedure.ts";
import { runDaemonSet } from "../node/run-lease.ts";
import type { NodePull, PrepullGoal } from "./goal.ts";
import { isOpen } from "./open.ts";
import { nothingPulled, type PrepullSeen } from "./seen.ts";
import { pullStateOf } from "./state.ts";
import { failed, refusedPull } from "./stops.ts";
import { waitForPulls } from "./waits.ts";

/** The part of the cluster that pulls are seen in. */
export interface PrepullWorld {
  readonly daemonSet?: { readonly facts: DaemonSetFacts; readonly raw: KubeObject };
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** Our pods that pull, of whatever run. */
  readonly pods: readonly PodFacts[];
  readonly events: readonly EventFacts[];
}

/** For so long a lease that this process has written is known to be its own. */
const confirmation: Millis = 2_000;

export type PrepullStep =
  | { readonly kind: "pull"; readonly pull: NodePull }
  /** Removes a pod of ours: its images are there, or an earlier process left it. */
  | { readonly kind: "clean"; readonly pod: PodFacts }
  | LeaseStep;

/**
 * Pulls images by short pods, on so many nodes at once as the goal says, and removes each when its node has them.
 * Nothing but these pods and the lease of the run is written. What an earlier process left is removed first.
 * `dryRun`: every pull succeeds.
 */
export function prepullProcedure(
  goal: PrepullGoal,
  places: NodePlaces,
  dryRun = false,
): Procedure<PrepullWorld, PrepullSeen, PrepullStep> {
  return {
    start: nothingPulled,
    look: (seen, world, now) => look(seen, world, goal, now),
    next: (world, seen, now) => next(world, seen, goal, now),
    acted(seen, step, at) {
      if (step.kind === "claim") return { ...seen, claimed: claimedOver(step) };
      if (step.kind === "end-run") return withoutLease(seen);
      if (step.kind !== "pull") return seen;
      const { node } = step.pull;
      return {
        ...seen,
        began: { [node]: at, ...seen.began },
        // A dry run makes no pod that could tell.
        ...(dryRun ? { pulled: { ...seen.pulled, [node]: 0 } } : {}),
      };
    },
    settled: (seen) => seen,
    stopping: (seen, reason) => (seen.stop === undefined ? { ...seen, stop: reason } : seen),
    interrupted: (seen, at) => (seen.interrupted === undefined ? { ...seen, interrupted: at } : seen),
    writes: (step) => [writeOf(step, places)],
    assume,
    // Whoever is not logged in is not told of the pod.
    refused: (write, { message, status }) =>
      write.verb === "create" && status !== undefined && [400, 403, 422].includes(status)
        ? refusedPull(message, goal)
        : undefined,
  };
}

function next(world: PrepullWorld, seen: PrepullSeen, goal: PrepullGoal, now: Millis): Decision<PrepullStep> {
  const decision = nextPull(world, seen, goal, now);
  // What comes next of the run needs the lease at once.
  if (decision.kind === "done" && goal.keepsLease) return decision;
  const allowed = underLease(world.daemonSet?.facts, seen, goal.lease, now, decision);
  if (allowed.kind === "stop") {
    // Somebody else has the lease: what is theirs stays, and what is ours goes.
    const left = world.pods.find((pod) => pod.deletedAt === undefined && holderOf(pod) === goal.lease.holder);
    return seen.stop === undefined || left === undefined ? allowed : clean(left);
  }
  return isPull(allowed) ? (confirmed(world, goal, now) ?? allowed) : allowed;
}

function isPull(decision: Decision<PrepullStep>): boolean {
  return decision.kind === "step" && decision.step.kind === "pull";
}

/**
 * A create cannot be compared with what is there. So the lease is written first, which can, unless that was a moment ago:
 * a process that stood still does nothing more in a run that somebody has taken over.
 */
function confirmed(
  { daemonSet }: PrepullWorld,
  { lease: { holder } }: PrepullGoal,
  now: Millis,
): Decision<PrepullStep> | undefined {
  const facts = daemonSet?.facts;
  const lease = facts && renewed(facts, holder, now, confirmation);
  return facts && lease && { kind: "step", step: { kind: "renew", daemonSet: facts, lease } };
}

function nextPull(
  world: PrepullWorld,
  seen: PrepullSeen,
  goal: PrepullGoal,
  now: Millis,
): Decision<PrepullStep> {
  const own = world.pods.filter((pod) => pod.deletedAt === undefined && isOf(pod, goal.daemonSet));
  if (seen.stop !== undefined) {
    const [left] = own;
    return left === undefined ? { kind: "stop", reason: seen.stop } : clean(left);
  }
  if (seen.interrupted !== undefined) return { kind: "stop", reason: interruptedStop(goal.commands) };
  if (world.daemonSet?.facts.uid !== goal.daemonSet)
    return {
      kind: "stop",
      reason: {
        message: "the calico-node DaemonSet was deleted or replaced during the run",
        hint: goal.commands.other("status"),
      },
    };
  const lost = lostLease(seen, world.daemonSet.facts, goal.lease);
  if (lost !== undefined) return { kind: "stop", reason: lost };
  const failure = failed(seen, goal, now);
  if (failure !== undefined) return { kind: "stop", reason: failure };

  const open = goal.nodes.filter(({ node }) => isOpen(seen, node));
  const unneeded = own.find((pod) => !open.some((pull) => pulls(pod, pull, goal)));
  if (unneeded !== undefined) return clean(unneeded);
  const atWork = open.filter((pull) => world.pods.some((pod) => pod.name === pull.pod.metadata.name));
  const todo = open.find((pull) => !atWork.includes(pull));
  const fails = open.some(({ node }) => seen.failing[node]?.final === true);
  if (todo !== undefined && !fails && atWork.length < goal.ahead)
    return { kind: "step", step: { kind: "pull", pull: todo } };
  return open.length === 0 ? { kind: "done" } : waitForPulls(seen, goal, now);
}

/** Notes which nodes have their images, which fail and since when, and which are gone. */
function look(seen: PrepullSeen, world: PrepullWorld, goal: PrepullGoal, now: Millis): PrepullSeen {
  let { began, pulled, failing, gone } = seen;
  for (const pull of goal.nodes) {
    const { node } = pull;
    if (!isOpen({ pulled, gone }, node)) continue;
    if (!world.nodes.has(node)) {
      gone = [...gone, node];
      continue;
    }
    const pod = world.pods.find((each) => each.deletedAt === undefined && pulls(each, pull, goal));
    if (pod === undefined) continue;
    began = { [node]: pod.created, ...began };
    const state = pullStateOf(pod, world.nodes.get(node), world.events);
    const { [node]: before, ...others } = failing;
    failing = others;
    if (state.kind === "pulled") pulled = { ...pulled, [node]: Math.max(0, now - (began[node] ?? now)) };
    if (state.kind !== "failing") continue;
    const text = stuckText(state.why);
    // "Back-off pulling image" says less than what came before it.
    const keeps = before !== undefined && state.why.reason === "ImagePullBackOff";
    failing = {
      ...others,
      [node]: {
        since: before?.since ?? now,
        text: keeps ? before.text : text,
        final: state.final || (before?.final ?? false),
      },
    };
  }
  const facts = world.daemonSet?.facts;
  return keepLease({ ...seen, began, pulled, failing, gone }, facts, goal.lease.holder);
}

/** Made by this very process for this node: one that an earlier process left is made again. */
function pulls(pod: PodFacts, { pod: { metadata } }: NodePull, { lease }: PrepullGoal): boolean {
  return pod.name === metadata.name && holderOf(pod) === lease.holder;
}

/** The process that made the pod. */
function holderOf({ annotations }: PodFacts): string | undefined {
  const run = parseRunLease(annotations[runAnnotation]);
  return run === undefined || run === "unreadable" ? undefined : run.holder;
}

function isOf(pod: PodFacts, daemonSet: string): boolean {
  const run = parseRunLease(pod.annotations[runAnnotation]);
  return (
    pod.labels[purposeLabel] === purposes.prepull &&
    run !== undefined &&
    run !== "unreadable" &&
    runDaemonSet(run.run) === daemonSet
  );
}

function clean(pod: PodFacts): Decision<PrepullStep> {
  return { kind: "step", step: { kind: "clean", pod } };
}

function writeOf(step: PrepullStep, places: NodePlaces): Write {
  if (isLeaseStep(step)) return leaseWrite(step, places.daemonSets);
  if (step.kind === "clean") {
    const { namespace, name, uid } = step.pod;
    return { verb: "delete", ref: { ...places.pods, namespace, name }, uid, gracePeriodSeconds: 0 };
  }
  const { pod } = step.pull;
  const { namespace = "", name } = pod.metadata;
  return {
    verb: "create",
    ref: { ...places.pods, namespace, name },
    fieldManager: manager,
    body: pod,
  };
}

function assume(world: PrepullWorld, step: PrepullStep): PrepullWorld {
  if (isLeaseStep(step)) {
    const { daemonSet } = world;
    return daemonSet === undefined
      ? world
      : { ...world, daemonSet: { ...daemonSet, facts: withLease(daemonSet.facts, step) } };
  }
  if (step.kind === "clean") return { ...world, pods: world.pods.filter(({ uid }) => uid !== step.pod.uid) };
  return world;
}
