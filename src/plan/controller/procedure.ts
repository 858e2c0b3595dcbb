import type { PodRead } from "../pod-of-template.ts";
import { keepLease } from "../lease/kept.ts";
import type { Procedure } from "../procedure.ts";
import { assume } from "./assume.ts";
import { draftOf } from "./draft.ts";
import type { ControllerGoal } from "./goal.ts";
import { nextControllerStep } from "./next.ts";
import { acted, look, nothingSeen, unanswered, type ControllerSeen } from "./seen.ts";
import type { ControllerStep } from "./step.ts";
import type { ControllerWorld } from "./world.ts";
import { writesOf, type ControllerPlaces } from "./writes.ts";

/** The controller run as a procedure that the edge can perform. */
export function controllerProcedure(
  goal: ControllerGoal,
  places: ControllerPlaces,
): Procedure<ControllerWorld, ControllerSeen, ControllerStep, PodRead> {
  return {
    start: nothingSeen,
    look: (seen, world, now) => keepLease(look(seen, world, now), world.daemonSet, goal.lease?.holder),
    next: (world, seen, now) => nextControllerStep(world, seen, goal, now),
    acted,
    unanswered,
    settled: (seen) => seen,
    stopping: (seen, reason) => (seen.stop === undefined ? { ...seen, stop: reason } : seen),
    interrupted: (seen, at) => (seen.interrupted === undefined ? { ...seen, interrupted: at } : seen),
    writes: (step) => writesOf(step, places),
    saves: (step, world) => writesOf(step, places).map((write) => draftOf(write, world)),
    assume,
    learned: (seen, _read, verdict) => ({ ...seen, admission: verdict }),
  };
}
