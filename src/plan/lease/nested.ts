import { daemonSetFacts } from "../../model/daemonset.ts";
import type { Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Place } from "../../model/place.ts";
import type { ObjectsSeen, ObjectsStep, ObjectsWorld } from "../objects/procedure.ts";
import type { Procedure, Settled } from "../procedure.ts";
import { isLeaseStep, leaseWrite, type LeaseStep } from "./step.ts";
import { underLease, type LeaseGoal } from "./under-lease.ts";

/**
 * Writes of objects as a part of a run that holds the lease on this DaemonSet, which is among the objects of the
 * world: a rollout lasts longer than a lease that nobody renews (hazard H13).
 */
export function nestedUnder(
  inner: Procedure<ObjectsWorld, ObjectsSeen, ObjectsStep>,
  daemonSet: Ref & Place,
  goal: Omit<LeaseGoal, "nested">,
): Procedure<ObjectsWorld, ObjectsSeen, ObjectsStep | LeaseStep> {
  const lease: LeaseGoal = { ...goal, nested: true };
  const key = objectKey(daemonSet);
  return {
    ...inner,
    next(world, seen, now) {
      const decision = inner.next(world, seen, now);
      if (isSettled(decision)) return decision;
      const raw = world.get(key);
      return underLease(raw === undefined ? undefined : daemonSetFacts(raw), seen, lease, now, decision);
    },
    acted: (seen, step, at) => (isLeaseStep(step) ? seen : inner.acted(seen, step, at)),
    writes: (step) => (isLeaseStep(step) ? [leaseWrite(step, daemonSet)] : inner.writes(step)),
    assume: (world, step, now) => (isLeaseStep(step) ? world : inner.assume(world, step, now)),
    saves: (step, world) => (isLeaseStep(step) ? [] : (inner.saves?.(step, world) ?? [])),
    only: (step, writes) => (isLeaseStep(step) ? step : (inner.only?.(step, writes) ?? step)),
    unanswered: (seen, step) => (isLeaseStep(step) ? seen : (inner.unanswered?.(seen, step) ?? seen)),
  };
}

function isSettled(decision: { readonly kind: string }): decision is Settled {
  return decision.kind === "skip" || decision.kind === "vanished";
}
