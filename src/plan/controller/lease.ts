import { controllerRun, leaseRenewal } from "../../model/lease.ts";
import type { Millis } from "../../model/time.ts";
import type { Decision } from "../decision.ts";
import { heldByOther, holdsLease, renewed } from "../run-lease.ts";
import type { ControllerGoal } from "./goal.ts";
import type { ControllerSeen } from "./seen.ts";
import type { ControllerStep, LeaseStep } from "./step.ts";
import type { ControllerWorld } from "./world.ts";

/**
 * One run works on an install at a time (hazard H13): the lease on its DaemonSet is taken before the first
 * write, renewed while this process lives, and given back when it ends by itself. A run that changes nothing
 * takes none.
 */
export function underLease(
  { daemonSet }: Pick<ControllerWorld, "daemonSet">,
  seen: Pick<ControllerSeen, "claimed" | "stop">,
  { holder, takeOver, again, status }: Pick<ControllerGoal, "holder" | "takeOver" | "again" | "status">,
  now: Millis,
  decision: Decision<ControllerStep>,
): Decision<ControllerStep> {
  if (holder === undefined || daemonSet === undefined) return decision;
  const held = holdsLease(daemonSet, holder);
  const ends = decision.kind === "done" || decision.kind === "stop";
  if (ends && !held) return decision;
  // The procedure says why it stops before what it holds is given back.
  if (decision.kind === "stop" && seen.stop === undefined) return decision;
  if (ends) {
    const before = seen.claimed?.before;
    const lease = before === undefined ? {} : { lease: { run: before } };
    return step({ kind: "end-run", daemonSet, ...lease });
  }
  const asker = {
    holder,
    takeOver,
    claimed: seen.claimed !== undefined,
    run: () => controllerRun(daemonSet.uid),
    command: (...more: readonly string[]) => [again, ...more].join(" "),
    status,
  };
  const other = heldByOther(daemonSet, asker, now);
  if (other !== undefined) return { kind: "stop", reason: other };
  if (decision.kind === "wait" && seen.claimed === undefined) return decision;
  if (!held) {
    const lease = { run: controllerRun(daemonSet.uid), holder, renewed: now };
    return step({ kind: "claim", daemonSet, lease });
  }
  const lease = renewed(daemonSet, holder, now);
  if (lease !== undefined) return step({ kind: "renew", daemonSet, lease });
  return decision.kind === "wait"
    ? { ...decision, until: Math.min(decision.until, now + leaseRenewal) }
    : decision;
}

function step(what: LeaseStep): Decision<ControllerStep> {
  return { kind: "step", step: what };
}
