import { controllerContainer } from "../../model/workload.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { ServerVerdict } from "../../model/server-verdict.ts";
import type { Stop } from "../decision.ts";
import type { KeptLease } from "../lease/kept.ts";
import { isLeaseStep } from "../lease/step.ts";
import { claimedOver } from "../lease/under-lease.ts";
import { startOf as containerStart, upSince, type Up } from "../up-since.ts";
import type { ControllerStep, ControllerWork } from "./step.ts";
import { presentPods, runningPods, type ControllerWorld } from "./world.ts";

/** What this process has seen so far; the run's state lives in the cluster. */
export interface ControllerSeen extends KeptLease {
  readonly began?: Millis;
  /** The first write that stops a running controller, by the server's clock. */
  readonly wrote?: Millis;
  /** Nobody knows what became of this step, first sent then. */
  readonly open?: { readonly step: ControllerWork; readonly sent: Millis };
  /** UIDs of the controllers that this process has stopped. */
  readonly stopped: readonly string[];
  /** This process has taken the run's lease, over that of a run that ended by itself. */
  readonly claimed?: { readonly before?: string };
  /** The target has been written by this process. */
  readonly applied: boolean;
  readonly stubs: readonly string[];
  /** UIDs of pods that were there before the first write. */
  readonly old: readonly string[];
  /** When the last of the old pods was asked to end, and when its container did, by its node's clock. */
  readonly oldAsked?: Millis;
  readonly oldStopped?: { readonly at: Millis; readonly node: string | undefined };
  /** The new container: started by its node's clock, first seen and Ready by the server's. */
  readonly started?: { readonly at: Millis; readonly node: string | undefined; readonly seen: Millis };
  readonly ready?: Millis;
  /** Two controllers at once, by watch. */
  readonly overlap: Overlap;
  /** What the server said to the new pod (hazard H30). */
  readonly admission?: ServerVerdict;
  readonly up?: Up;
  readonly interrupted?: Millis;
  readonly stop?: Stop;
}

export interface Overlap {
  readonly total: Millis;
  readonly since?: Millis;
  readonly pods: readonly string[];
}

export const nothingSeen: ControllerSeen = {
  stopped: [],
  applied: false,
  stubs: [],
  old: [],
  overlap: { total: 0, pods: [] },
};

/** Takes in what the cluster shows now. */
export function look(seen: ControllerSeen, world: ControllerWorld, now: Millis): ControllerSeen {
  const present = presentPods(world);
  const begun = begunAt(seen) !== undefined;
  const old = !begun ? present.map(({ uid }) => uid) : seen.old;
  const { up: _before, ...rest } = seen;
  const next = {
    ...rest,
    began: seen.began ?? now,
    old,
    overlap: overlapOf(seen.overlap, runningPods(world), now),
  };
  const up = upOf(next, seen.up, present, now);
  const settled = up === undefined ? {} : { up };
  if (!begun) return { ...next, ...settled };
  return { ...next, ...endOf(next, world, now), ...startOf(next, world, now), ...settled };
}

/** When the first write that stops a running controller was sent; one that was not answered may have. */
function begunAt({ wrote, open }: Pick<ControllerSeen, "wrote" | "open">): Millis | undefined {
  return wrote ?? open?.sent;
}

/** Two controllers at once: from the look that shows them to the one that does not. */
function overlapOf(before: Overlap, running: readonly PodFacts[], now: Millis): Overlap {
  const { total, since, pods } = before;
  const ran = since === undefined ? total : total + (now - since);
  if (running.length < 2) return { total: ran, pods };
  const names = [...new Set([...pods, ...running.map(({ name }) => name)])];
  return { total: ran, since: now, pods: names };
}

/** When the old pods were asked to end, and when the last one did. */
function endOf(
  { old, oldAsked, oldStopped, open }: ControllerSeen,
  world: ControllerWorld,
  now: Millis,
): Pick<ControllerSeen, "oldAsked" | "oldStopped"> {
  const there = world.pods.filter(({ uid }) => old.includes(uid));
  const living = there.filter(({ deletedAt }) => deletedAt === undefined);
  const ended = there.flatMap((pod) => {
    const at = controllerContainer(pod)?.terminated?.finishedAt;
    return at === undefined ? [] : [{ at, node: pod.node }];
  });
  const last = ended.toSorted((a, b) => b.at - a.at)[0] ?? oldStopped;
  return {
    ...(oldAsked === undefined && (old.length === 0 || living.length > 0)
      ? {}
      : { oldAsked: oldAsked ?? open?.sent ?? now }),
    ...(last === undefined ? {} : { oldStopped: last }),
  };
}

function startOf(
  { old, started, ready }: ControllerSeen,
  world: ControllerWorld,
  now: Millis,
): Pick<ControllerSeen, "started" | "ready"> {
  const fresh = presentPods(world).filter(({ uid }) => !old.includes(uid));
  const running = fresh.flatMap((pod) => {
    const at = containerStart(controllerContainer(pod));
    return at === undefined ? [] : [{ at, node: pod.node, seen: now }];
  });
  const first = started ?? running[0];
  const firstReady = ready ?? (fresh.some((pod) => pod.ready) ? now : undefined);
  return {
    ...(first === undefined ? {} : { started: first }),
    ...(firstReady === undefined ? {} : { ready: firstReady }),
  };
}

function upOf(
  seen: Pick<ControllerSeen, "old" | "wrote" | "open">,
  before: Up | undefined,
  present: readonly PodFacts[],
  now: Millis,
): Up | undefined {
  const [pod, second] = present.filter(({ ready, deletedAt }) => ready && deletedAt === undefined);
  if (pod === undefined || second !== undefined) return undefined;
  const wasThere = begunAt(seen) === undefined && seen.old.includes(pod.uid);
  return upSince(before, pod, wasThere ? pod.readySince : undefined, now);
}

/** Takes in that nobody knows what became of a step, sent at that time. */
export function unanswered(seen: ControllerSeen, step: ControllerStep, sent: Millis): ControllerSeen {
  return isLeaseStep(step) ? seen : { ...seen, open: { step, sent: seen.open?.sent ?? sent } };
}

/** Takes in what this process did; `at` is the server's clock when it was sent. */
export function acted(before: ControllerSeen, step: ControllerStep, at: Millis): ControllerSeen {
  if (isLeaseStep(step)) return step.kind === "claim" ? { ...before, claimed: claimedOver(step) } : before;
  const { open, ...seen } = before;
  // When it was not answered, it took place at some time after it was sent (hazard H22).
  const wrote = seen.wrote ?? open?.sent ?? at;
  if (step.kind === "scale-down") return { ...seen, wrote, stopped: [...seen.stopped, step.workload.uid] };
  return step.stub
    ? { ...seen, stubs: [...seen.stubs, step.target.name] }
    : { ...seen, wrote, applied: true };
}
