import { leaseRenewal } from "../lease/held.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop, Wait } from "../decision.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodesSeen } from "./seen.ts";

/** What forbids a restart now and, as time passes, no longer does (hazard H17). */
export interface Hold {
  readonly id: string;
  /** What is waited for. */
  readonly for: string;
  readonly until: Millis;
}

export function isHold(refusal: Stop | Hold): refusal is Hold {
  return "until" in refusal;
}

/** A node whose turn it would be, if it were not for a hold. */
export interface Held {
  readonly kind: "held";
  readonly hold: Hold;
}

/** Every node that is left is held: the run waits for the one that is free first. `others`: held longer. */
export function heldWait(
  node: string,
  hold: Hold,
  others: number,
  { held }: NodesSeen,
  { noCordon }: Pick<NodeGoal, "noCordon">,
  now: Millis,
): Wait {
  const { id, until } = hold;
  // The same words as long as it lasts: `look` has noted since when.
  const since = held?.since ?? now;
  const too = others === 0 ? "" : `, and so ${others === 1 ? "does 1 more node" : `do ${others} more nodes`}`;
  return {
    kind: "wait",
    phase: noCordon ? "restart" : "cordon",
    node,
    for: `${hold.for}: ${Math.ceil((until - since) / 1000)}s (${id}${too}; --ignore-preflight-errors=${id} skips this)`,
    until: Math.min(until, now + leaseRenewal),
    passes: true,
  };
}
