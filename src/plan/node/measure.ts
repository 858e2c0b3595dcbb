import type { Millis } from "../../model/time.ts";
import type { NodeSeen } from "./seen.ts";

/** The two times of a restart (hazard H22). */
export interface Gap {
  /**
   * How long no calico-node container ran: `exact` from finishedAt and startedAt, both by the node's
   * clock; else an upper bound by the server's clock, from the DELETE to the first sight of the new one.
   */
  readonly down?: { readonly time: Millis; readonly exact: boolean };
  /** From the DELETE to Ready, by the server's clock. */
  readonly readyAfter?: Millis;
}

export function gapOf(seen: NodeSeen): Gap {
  const { deleted, oldStopped, newStarted, firstReady } = seen;
  if (deleted === undefined) return {};
  const down =
    newStarted === undefined
      ? undefined
      : oldStopped === undefined
        ? { time: Math.max(0, newStarted.seen - deleted.at), exact: false }
        : { time: Math.max(0, newStarted.at - oldStopped), exact: true };
  return {
    ...(down === undefined ? {} : { down }),
    ...(firstReady === undefined ? {} : { readyAfter: Math.max(0, firstReady - deleted.at) }),
  };
}
