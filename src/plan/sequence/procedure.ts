import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Millis } from "../../model/time.ts";
import type { Decision, Ended, Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import { leaseWrite, withLease, type LeaseStep } from "../lease/step.ts";
import { keepLease } from "../lease/kept.ts";
import { claimedOver, underLease, type LeaseGoal, type LeaseSeen } from "../lease/under-lease.ts";
import type { Procedure } from "../procedure.ts";

/** A part of a run: a procedure of its own. */
export interface RunPart {
  readonly id: string;
  /** A name of its own, where the everyday name of its id does not say enough. */
  readonly title?: string;
}

/** A run of several parts, one after the other. Everything in it is fixed before the first write. */
export interface SequenceGoal<P extends RunPart> {
  readonly parts: readonly P[];
  /** Held for the whole run; undefined: nothing is written, or there is no DaemonSet to hold it. */
  readonly lease?: LeaseGoal;
}

/** What a part came to. */
export interface PartResult {
  /** left: something is still to be done, and the parts after it may begin all the same. */
  readonly state: "done" | "unchanged" | "left" | "failed";
  readonly because: string;
  /** The parts after this one must not begin; why the run ends. */
  readonly stop?: Stop;
}

/** The part of the cluster that a sequence itself looks at. */
export interface SequenceWorld {
  /** Carries the run's lease. */
  readonly daemonSet?: DaemonSetFacts;
}

export interface SequenceSeen extends LeaseSeen {
  readonly ended: Readonly<Record<string, PartResult>>;
  readonly interrupted?: Millis;
}

/**
 * Does the parts in their order under one lease. A part that stops, or that a signal ended, ends the whole; what
 * the part holds is given back by it, then the lease of the run.
 */
export function sequenceProcedure<P extends RunPart>(
  goal: SequenceGoal<P>,
  daemonSets: ApiResource | undefined,
): Procedure<SequenceWorld, SequenceSeen, LeaseStep, never, P> {
  return {
    start: { ended: {} },
    look: (seen, { daemonSet }) => keepLease(seen, daemonSet, goal.lease?.holder),
    next: ({ daemonSet }, seen, now) =>
      underLease(daemonSet, seen, goal.lease, now, nextPart(goal, seen), isLeft(goal, seen)),
    acted: (seen, step) => (step.kind === "claim" ? { ...seen, claimed: claimedOver(step) } : seen),
    settled: (seen) => seen,
    stopping: (seen, reason) => (seen.stop === undefined ? { ...seen, stop: reason } : seen),
    interrupted: (seen, at) => (seen.interrupted === undefined ? { ...seen, interrupted: at } : seen),
    writes: (step) => (daemonSets === undefined ? [] : [leaseWrite(step, daemonSets)]),
    assume: (world, step) =>
      world.daemonSet === undefined ? world : { daemonSet: withLease(world.daemonSet, step) },
    left: (seen, { id }, ended) => ({
      ...seen,
      ended: { ...seen.ended, [id]: resultOf(ended as Ended<PartResult | undefined>) },
    }),
  };
}

function nextPart<P extends RunPart>(
  { parts }: SequenceGoal<P>,
  { ended, stop, interrupted }: SequenceSeen,
): Decision<LeaseStep, never, P> {
  if (stop !== undefined) return { kind: "stop", reason: stop };
  for (const part of parts) {
    const result = ended[part.id];
    if (result?.stop !== undefined) return { kind: "stop", reason: result.stop };
    if (result !== undefined) continue;
    if (interrupted !== undefined) return { kind: "stop", reason: interruptedStop() };
    return { kind: "enter", child: part };
  }
  return { kind: "done" };
}

/** Whether the lease has to say that something is left, and what continues it. */
function isLeft<P extends RunPart>(
  { parts }: SequenceGoal<P>,
  { ended, claimed, stop }: SequenceSeen,
): boolean {
  if (claimed === undefined) return false;
  if (stop !== undefined) return true;
  return parts.some(({ id }) => {
    const state = ended[id]?.state;
    return state === "left" || state === "failed";
  });
}

function resultOf({ memory, ...ended }: Ended<PartResult | undefined>): PartResult {
  if (ended.kind === "done") return memory ?? { state: "done", because: "" };
  return { ...memory, state: "failed", because: ended.reason.message, stop: ended.reason };
}
