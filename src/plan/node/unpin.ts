import type { Strategy } from "../../model/daemonset.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { Commands, Decision, Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import type { Procedure } from "../procedure.ts";
import { assume } from "./assume.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";
import { writesOf, type NodePlaces } from "./writes.ts";

export interface UnpinGoal {
  readonly strategy: Strategy;
  /** In the name of the DaemonSet's owner (hazard H12). */
  readonly restore: (live: KubeObject) => readonly Write[];
  readonly commands: Commands;
}

export interface UnpinSeen {
  readonly unpinned: boolean;
  readonly interrupted: boolean;
  readonly stop?: Stop;
}

/** Puts the strategy back, then takes away what else is left of the run on the DaemonSet. */
export function unpinProcedure(
  goal: UnpinGoal,
  places: NodePlaces,
): Procedure<NodeWorld, UnpinSeen, NodeStep> {
  return {
    start: { unpinned: false, interrupted: false },
    look: (seen) => seen,
    next: (world, seen) => next(world, seen, goal),
    acted: (seen, { kind }) => (kind === "unpin" ? { ...seen, unpinned: true } : seen),
    settled: (seen) => seen,
    stopping: (seen, reason) => ({ ...seen, stop: seen.stop ?? reason }),
    interrupted: (seen) => ({ ...seen, interrupted: true }),
    writes: (step) => writesOf(step, places),
    assume,
  };
}

function next(
  { daemonSet }: NodeWorld,
  { unpinned, interrupted, stop }: UnpinSeen,
  { restore, strategy, commands }: UnpinGoal,
): Decision<NodeStep> {
  if (stop !== undefined) return { kind: "stop", reason: stop };
  if (daemonSet === undefined) return { kind: "stop", reason: { message: "the DaemonSet is gone" } };
  if (interrupted && !unpinned) return { kind: "stop", reason: interruptedStop(commands) };
  const { facts, raw } = daemonSet;
  if (!unpinned)
    return {
      kind: "step",
      step: { kind: "unpin", daemonSet: facts, strategy, silent: [], writes: restore(raw) },
    };
  // The owner's write cannot take all of our annotations away: what is left of the run goes as ours.
  const clean = facts.pinned === undefined && facts.run === undefined;
  return clean
    ? { kind: "done" }
    : { kind: "step", step: { kind: "end-run", daemonSet: facts, clearPin: true } };
}
