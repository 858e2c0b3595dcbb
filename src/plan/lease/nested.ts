import { daemonSetFacts, type DaemonSetFacts } from "../../model/daemonset.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Procedure, Settled } from "../procedure.ts";
import { keepLease } from "./kept.ts";
import { isLeaseStep, leaseWrite, type LeaseStep } from "./step.ts";
import { underLease, type LeaseGoal, type LeaseSeen } from "./under-lease.ts";

/**
 * A procedure as a part of a run that holds the lease on this DaemonSet, which its world has as well: a rollout,
 * or thousands of writes, last longer than a lease that nobody renews (hazard H13).
 */
export function nestedUnder<World, Memory extends LeaseSeen, Step extends { readonly kind: string }>(
  inner: Procedure<World, Memory, Step>,
  daemonSet: Ref & ApiResource,
  find: (world: World) => KubeObject | undefined,
  goal: Omit<LeaseGoal, "nested">,
): Procedure<World, Memory, Step | LeaseStep> {
  const lease: LeaseGoal = { ...goal, nested: true };
  const factsOf = (world: World): DaemonSetFacts | undefined => {
    const raw = find(world);
    return raw === undefined ? undefined : daemonSetFacts(raw);
  };
  return {
    ...inner,
    look: (seen, world, now) => keepLease(inner.look(seen, world, now), factsOf(world), goal.holder),
    next(world, seen, now) {
      const decision = inner.next(world, seen, now);
      if (isSettled(decision)) return decision;
      return underLease(factsOf(world), seen, lease, now, decision);
    },
    acted: (seen, step, at) => (isLeaseStep(step) ? seen : inner.acted(seen, step, at)),
    writes: (step) => (isLeaseStep(step) ? [leaseWrite(step, daemonSet)] : inner.writes(step)),
    assume: (world, step, now) => (isLeaseStep(step) ? world : inner.assume(world, step, now)),
    saves: (step, world) => (isLeaseStep(step) ? [] : (inner.saves?.(step, world) ?? [])),
    only: (step, writes) => (isLeaseStep(step) ? step : (inner.only?.(step, writes) ?? step)),
    restsOn: (step) => (isLeaseStep(step) ? [] : (inner.restsOn?.(step) ?? [])),
    unanswered: (seen, step, sent) =>
      isLeaseStep(step) ? seen : (inner.unanswered?.(seen, step, sent) ?? seen),
  };
}

function isSettled(decision: { readonly kind: string }): decision is Settled {
  return decision.kind === "skip" || decision.kind === "vanished";
}
