import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { RunLease } from "../../model/lease.ts";
import { newestRevision } from "../../model/rollout.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop } from "../decision.ts";
import { heldByOther as heldOn, holdsLease } from "../lease/held.ts";
import type { NodeGoal } from "./goal.ts";
import { mustPin, wantedStrategy } from "./pin.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/**
 * A run is a DaemonSet and the revision it brings nodes to (hazard H13). The revision is named by its
 * number, because that is known before a new template is written: the controller gives it the next one.
 */
export function runId(daemonSet: Pick<DaemonSetFacts, "uid">, revision: number): string {
  return `${daemonSet.uid}/${revision}`;
}

/** The DaemonSet UID of a run: node leases of an earlier target belong to the same DaemonSet. */
export function runDaemonSet(run: string): string {
  return run.slice(0, Math.max(run.lastIndexOf("/"), 0));
}

/** The revision number that this run brings nodes to: a new template makes the next one. */
export function target(world: NodeWorld, seen: NodesSeen, goal: NodeGoal): number {
  const live = world.daemonSet;
  if (live === undefined) return 0;
  const newest = newestRevision(world.revisions, live.facts)?.revision ?? 0;
  if (seen.templateWritten) return newest;
  return goal.template?.reconcile(live.raw, true).template === true ? newest + 1 : newest;
}

/** Why another run's lease stands in the way; undefined when this run may work (hazard H13). */
export function heldByOther(
  world: NodeWorld,
  seen: NodesSeen,
  goal: NodeGoal,
  now: Millis,
): Stop | undefined {
  const daemonSet = world.daemonSet?.facts;
  if (daemonSet === undefined) return undefined;
  return heldOn(
    daemonSet,
    {
      holder: goal.holder,
      takeOver: goal.takeOver,
      gone: goal.gone,
      claimed: seen.claimed || goal.nested === true,
      run: () => runId(daemonSet, target(world, seen, goal)),
      commands: goal.commands,
    },
    now,
  );
}

/** The step that takes the run's lease and pins the strategy, where either is not done yet. */
export function claim(
  world: NodeWorld,
  daemonSet: DaemonSetFacts,
  seen: NodesSeen,
  goal: NodeGoal,
  now: Millis,
): Extract<NodeStep, { kind: "claim" }> | undefined {
  const held = goal.nested === true || holdsLease(daemonSet, goal.holder);
  const pin = pinToWrite(world, daemonSet, goal);
  if (held && pin === undefined) return undefined;
  const { run } = daemonSet;
  const parents = goal.nested === true && run !== undefined && run !== "unreadable" ? run : undefined;
  const lease: RunLease = parents ?? {
    run: runId(daemonSet, target(world, seen, goal)),
    holder: goal.holder,
    renewed: now,
    ...(goal.command === undefined ? {} : { command: goal.command }),
  };
  return { kind: "claim", daemonSet, lease, ...(pin === undefined ? {} : { pin }) };
}

function pinToWrite(world: NodeWorld, daemonSet: DaemonSetFacts, goal: NodeGoal) {
  const wanted = wantedStrategy(daemonSet, goal);
  const held = daemonSet.pinned !== undefined && daemonSet.strategy.type === "OnDelete";
  if (held) {
    // A file given again decides what goes back in the end.
    const same = daemonSet.pinned !== "unreadable" && sameStrategy(daemonSet.pinned ?? wanted, wanted);
    return same || goal.template?.strategy === undefined ? undefined : wanted;
  }
  return mustPin(world, goal) ? wanted : undefined;
}

function sameStrategy(a: { type: string }, b: { type: string }): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
