import type { Millis } from "../model/time.ts";
import type { Wait } from "./decision.ts";

/** How long runs wait, and what they say of it: the same for nodes and the controller. */

/** After Ctrl-C what was stopped or deleted already gets this long to be Ready again. */
export const interruptPatience: Millis = 30_000;

/** A wait shorter than this needs no explanation from the events. */
export const eventsAfter: Millis = 4_000;

/** When the patience after a Ctrl-C at `interrupted` ends; never without one. */
export function interruptEnd(interrupted: Millis | undefined): Millis {
  return interrupted === undefined ? Number.POSITIVE_INFINITY : interrupted + interruptPatience;
}

/** After a first Ctrl-C the user sees that it was received, and what a second one does. */
export function untilLeaving(what: string, interrupted: Millis | undefined): string {
  if (interrupted === undefined) return what;
  return `${what}, ${interruptPatience / 1000}s at most (interrupted; Ctrl-C again leaves at once)`;
}

/** Whether what began at `began` has taken longer than `timeout`; 0 is no limit. */
export function timeIsUp(timeout: Millis, began: Millis, now: Millis): boolean {
  return timeout > 0 && now - began > timeout;
}

/** What a wait ends at in any case, and whether the events are asked for it. */
export function waitEnd(times: {
  /** 0 is no limit. */
  readonly timeout: Millis;
  /** Since when `timeout` counts. */
  readonly began: Millis;
  /** Since when something is missing. */
  readonly since: Millis;
  readonly interrupted: Millis | undefined;
  readonly now: Millis;
}): Pick<Wait, "until" | "wantsEvents"> {
  const { timeout, began, since, interrupted, now } = times;
  const deadline = timeout > 0 ? began + timeout + 1 : Number.POSITIVE_INFINITY;
  const wantsEvents = now - since >= eventsAfter;
  return {
    until: Math.min(
      deadline,
      interruptEnd(interrupted) + 1,
      wantsEvents ? now + eventsAfter : since + eventsAfter,
    ),
    ...(wantsEvents ? { wantsEvents } : {}),
  };
}
