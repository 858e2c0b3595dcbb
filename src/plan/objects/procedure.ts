import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Decision, Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import type { Procedure } from "../procedure.ts";
import type { WriteKind } from "../planned-writes.ts";
import type { ObjectGoal, ObjectsGoal, WriteOutcome } from "./goal.ts";

/** The objects of a goal as they are; a key that is missing was not read. */
export type ObjectsWorld = ReadonlyMap<string, KubeObject | undefined>;

export interface ObjectWrite {
  readonly ref: Ref;
  readonly outcome: WriteOutcome;
  /** In kubectl's words, where the outcome does not say it. */
  readonly verb?: string;
  /** As it was when the write was decided; undefined: it was not there. */
  readonly before: KubeObject | undefined;
  /** Absent: an earlier try, which nobody answered, has gone through. */
  readonly write?: Write;
  /** What it is counted with. */
  readonly kind?: WriteKind;
  /** A note of ours, and no result. */
  readonly bookkeeping?: true;
}

export interface ObjectsStep {
  readonly kind: "put";
  readonly stage: number;
  readonly puts: readonly ObjectWrite[];
}

/** What this process has seen. */
export interface ObjectsSeen {
  /** By stage and key, in the order in which they were written: an object may be deleted and created again. */
  readonly written: Readonly<Record<string, WriteOutcome>>;
  /** Sent, and nobody knows what became of it. */
  readonly unanswered: Readonly<Record<string, WriteOutcome>>;
  /** Since when the stage waits. */
  readonly waitsSince?: { readonly stage: number; readonly at: Millis };
  readonly interrupted?: Millis;
  readonly stop?: Stop;
}

interface Goal extends ObjectsGoal {
  readonly dryRun: boolean;
}

const nothingSeen: ObjectsSeen = { written: {}, unanswered: {} };

/**
 * Brings objects to what is intended, stage by stage. What is so already is not written. `dryRun`: what only follows
 * from a write of its own, such as a rollout, is not waited for.
 */
export function objectsProcedure(
  objectsGoal: ObjectsGoal,
  dryRun = false,
): Procedure<ObjectsWorld, ObjectsSeen, ObjectsStep> {
  const goal: Goal = { ...objectsGoal, dryRun };
  return {
    start: nothingSeen,
    look: (seen, world, now) => look(seen, world, goal, now),
    next: (world, seen, now) => next(world, seen, goal, now),
    acted: (seen, step) => ({ ...seen, written: { ...seen.written, ...outcomes(step) } }),
    settled: (seen) => seen,
    stopping: (seen, stop) => (seen.stop === undefined ? { ...seen, stop } : seen),
    interrupted: (seen, at) => (seen.interrupted === undefined ? { ...seen, interrupted: at } : seen),
    writes: ({ puts }) => puts.flatMap(({ write }) => write ?? []),
    assume: (world, { puts }) =>
      new Map([
        ...world,
        ...puts.map(({ ref, write, before }) => [objectKey(ref), assumed(write, before)] as const),
      ]),
    saves: ({ stage, puts }) =>
      puts.flatMap(({ ref, write, before }) =>
        write === undefined ? [] : [find(goal.stages[stage], ref)?.draft?.(before, write)],
      ),
    // Those that need no write come first: they have no place among the writes.
    only: ({ puts, ...step }, writes) => {
      const sent = puts.filter(({ write }) => write !== undefined);
      return {
        ...step,
        puts: [...puts.filter(({ write }) => write === undefined), ...writes.flatMap((at) => sent[at] ?? [])],
      };
    },
    unanswered: (seen, step) => ({ ...seen, unanswered: { ...seen.unanswered, ...outcomes(step) } }),
    refused: (write, error) => find(goal.stages.flat(), write.ref)?.refusal?.(error),
  };
}

function next(world: ObjectsWorld, seen: ObjectsSeen, goal: Goal, now: Millis): Decision<ObjectsStep> {
  if (seen.stop !== undefined) return stop(seen.stop);
  for (const [index, stage] of goal.stages.entries()) {
    const puts: ObjectWrite[] = [];
    for (const object of stage) {
      const put = putOf(object, index, world, seen, now);
      if (put === undefined) continue;
      if ("message" in put) return stop(put);
      puts.push(put);
    }
    if (puts.length > 0)
      return seen.interrupted === undefined ? step(index, puts) : stop(interruptedStop(goal.commands));
    const wait = waitOf(stage, index, world, seen, goal, now);
    if (wait !== undefined) return wait;
  }
  return { kind: "done" };
}

function putOf(
  { ref, intended, onlyAfterApply, bookkeeping, kind, verb, confirms }: ObjectGoal,
  stage: number,
  world: ObjectsWorld,
  seen: ObjectsSeen,
  now: Millis,
): ObjectWrite | Stop | undefined {
  const key = objectKey(ref);
  // Written once: what somebody makes of it after that is theirs.
  if (idOf(stage, ref) in seen.written) return undefined;
  if (onlyAfterApply === true && seen.written[idOf(stage - 1, ref)] !== "serverside-applied")
    return undefined;
  const before = world.get(key);
  const write = intended(before, now);
  if (write !== undefined && "message" in write) return write;
  const base = {
    ref,
    before,
    ...(verb === undefined ? {} : { verb }),
    ...(kind === undefined ? {} : { kind }),
    ...(bookkeeping === undefined ? {} : { bookkeeping }),
  };
  if (write !== undefined) return { ...base, write, outcome: outcomeOf(write, before) };
  const earlier = Object.keys(seen.written).some((id) => id.endsWith(` ${key}`));
  const outcome = seen.unanswered[idOf(stage, ref)] ?? confirms?.(earlier);
  return outcome === undefined ? undefined : { ...base, outcome };
}

function waitOf(
  stage: readonly ObjectGoal[],
  index: number,
  world: ObjectsWorld,
  seen: ObjectsSeen,
  { timeout, dryRun, ...goal }: Goal,
  now: Millis,
): Decision<ObjectsStep> | undefined {
  const open = stage.flatMap(({ ref, waits }) => {
    if (waits === undefined) return [];
    const written = idOf(index, ref) in seen.written;
    if (written ? dryRun : waits.onlyIfWritten === true) return [];
    const missing = waits.missing(world.get(objectKey(ref)));
    return missing === undefined ? [] : [{ ref, waits, missing }];
  });
  const [first] = open;
  if (first === undefined) return undefined;
  if (seen.interrupted !== undefined) return stop(interruptedStop(goal.commands));
  const since = seen.waitsSince?.stage === index ? seen.waitsSince.at : now;
  if (timeout > 0 && now - since > timeout) return stop(first.waits.late(first.missing));
  return {
    kind: "wait",
    phase: first.waits.phase,
    for: first.missing,
    until: timeout > 0 ? since + timeout + 1 : Number.POSITIVE_INFINITY,
    on: open.map(({ ref }) => ref),
  };
}

/** Notes since when a stage has nothing to write and waits. */
function look(seen: ObjectsSeen, world: ObjectsWorld, goal: Goal, now: Millis): ObjectsSeen {
  const decision = next(world, seen, { ...goal, timeout: 0 }, now);
  const { waitsSince, ...rest } = seen;
  if (decision.kind !== "wait") return rest;
  const first = decision.on?.[0];
  const stage = goal.stages.findIndex((each) =>
    each.some(({ ref }) => first !== undefined && objectKey(ref) === objectKey(first)),
  );
  return { ...rest, waitsSince: waitsSince?.stage === stage ? waitsSince : { stage, at: now } };
}

function outcomeOf(write: Write, before: KubeObject | undefined): WriteOutcome {
  if (write.verb === "delete") return "deleted";
  if (before === undefined) return "created";
  return write.verb === "patch" && write.patch === "apply" ? "serverside-applied" : "configured";
}

/** A dry run knows that it is there or gone; what the server would make of a patch it does not know. */
function assumed(write: Write | undefined, before: KubeObject | undefined): KubeObject | undefined {
  if (write?.verb === "delete") return undefined;
  if (before === undefined && write !== undefined) return write.body as KubeObject;
  return before;
}

function find(objects: readonly ObjectGoal[] | undefined, ref: Ref): ObjectGoal | undefined {
  const key = objectKey(ref);
  return objects?.find((object) => objectKey(object.ref) === key);
}

function idOf(stage: number, ref: Ref): string {
  return `${String(stage)} ${objectKey(ref)}`;
}

function outcomes({ stage, puts }: ObjectsStep): Readonly<Record<string, WriteOutcome>> {
  return Object.fromEntries(puts.map(({ ref, outcome }) => [idOf(stage, ref), outcome]));
}

function step(stage: number, puts: readonly ObjectWrite[]): Decision<ObjectsStep> {
  return { kind: "step", step: { kind: "put", stage, puts } };
}

function stop(reason: Stop): Decision<ObjectsStep> {
  return { kind: "stop", reason };
}
