import type { Millis } from "../../model/time.ts";
import { bgpReturn } from "./bgp-seen.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodeSeen } from "./seen.ts";

/** What was not seen is no comfortable bound: a time is exact, or it is known from which side. */
export type Bound = "exact" | "at most" | "at least";

export interface MeasuredTime {
  readonly time: Millis;
  readonly bound: Bound;
}

/** The times of a restart (hazard H22). */
export interface Gap {
  /**
   * From the end of the old calico-node container to the last start of the new one: by the node's clock where it told
   * both, to the second (metav1.Time); never more than by the server's clock.
   */
  readonly down?: MeasuredTime;
  /** Until it was Ready for good, by the server's clock: from v3.2 on that includes BIRD. */
  readonly readyAfter?: MeasuredTime;
  /** Until BIRD was seen to have the sessions again that it had before, by the server's clock. */
  readonly sessions?: MeasuredTime;
}

/** Since when calico-node has not been up, by the server's clock. */
export function gapBegan({
  deleted,
  wasDown,
  continued,
}: NodeSeen): { at: Millis; bound: Bound } | undefined {
  if (wasDown !== undefined) return wasDown;
  if (deleted !== undefined) return { at: deleted.at, bound: "at most" };
  // An earlier process deleted the pod, at some time after it took the lease.
  return continued === undefined ? undefined : { at: continued, bound: "at most" };
}

export function gapOf(seen: NodeSeen): Gap {
  const { oldStopped, lastStart, up } = seen;
  const began = gapBegan(seen);
  if (began === undefined) return {};
  const byServer =
    lastStart === undefined
      ? undefined
      : { time: Math.max(0, lastStart.seen - began.at), bound: began.bound };
  const down =
    byServer === undefined ||
    lastStart === undefined ||
    oldStopped === undefined ||
    seen.wasDown !== undefined
      ? byServer
      : {
          // Of both only whole seconds are told.
          time: Math.min(byServer.time, Math.max(0, lastStart.at - oldStopped) + 1000),
          bound: "at most" as const,
        };
  const ready = seen.readyAt ?? up?.since;
  const sessions = bgpReturn(seen.bgp);
  return {
    ...(down === undefined ? {} : { down }),
    ...(ready === undefined
      ? {}
      : { readyAfter: { time: Math.max(0, ready - began.at), bound: began.bound } }),
    ...(sessions === undefined ||
    sessions.before.length === 0 ||
    sessions.back.length < sessions.before.length
      ? {}
      : { sessions: { time: Math.max(0, sessions.at - began.at), bound: began.bound } }),
  };
}

/**
 * Whether BGP peers may have dropped the node's routes: the session ends with the old calico-node, and is back at
 * the latest when BIRD says so, or when the new one is Ready, in releases whose readiness asks BIRD. Null: not verified.
 */
export function overBudget(
  { down, readyAfter, sessions }: Gap,
  { budget, readyMeansBgp }: Pick<NodeGoal, "budget" | "readyMeansBgp">,
): boolean | null {
  if (budget === undefined) return null;
  if (down !== undefined && down.time > budget) return true;
  const back = sessions ?? (readyMeansBgp ? readyAfter : undefined);
  if (back === undefined) return null;
  if (back.time > budget) return true;
  return back.bound === "at least" ? null : false;
}
