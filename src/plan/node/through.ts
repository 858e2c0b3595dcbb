import { formatTime } from "../../model/time.ts";
import { holdsLease } from "../lease/held.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/** Steps whose objects show whether a try that nobody answered has gone through. */
export type OpenStep = Extract<NodeStep, { kind: "claim" | "template" | "cordon" | "unpin" }>;

export function isOpenStep(step: NodeStep): step is OpenStep {
  return ["claim", "template", "cordon", "unpin"].includes(step.kind);
}

/** A step that nobody answered, where the cluster is as it would have made it: it was done, and is told. */
export function goneThrough(world: NodeWorld, { open }: NodesSeen, goal: NodeGoal): OpenStep | undefined {
  const { daemonSet } = world;
  if (open === undefined || daemonSet === undefined || daemonSet.facts.uid !== goal.daemonSet)
    return undefined;
  return isAsMade(open, { ...world, daemonSet }, goal) ? { ...open, through: true } : undefined;
}

function isAsMade(
  step: OpenStep,
  { nodes, daemonSet: { facts, raw } }: NodeWorld & Required<Pick<NodeWorld, "daemonSet">>,
  { holder, template }: NodeGoal,
): boolean {
  const isPinned = facts.pinned !== undefined && facts.strategy.type === "OnDelete";
  switch (step.kind) {
    case "claim":
      return holdsLease(facts, holder) && (step.pin === undefined || isPinned);
    case "template":
      return template?.reconcile(raw, isPinned).writes.length === 0;
    case "unpin":
      return facts.pinned === undefined && facts.strategy.type === step.strategy.type;
    case "cordon": {
      const lease = nodes.get(step.node.name)?.lease;
      if (lease === undefined || lease === "unreadable") return false;
      // An annotation keeps whole seconds.
      return lease.holder === holder && formatTime(lease.since) === formatTime(step.lease.since);
    }
  }
}
