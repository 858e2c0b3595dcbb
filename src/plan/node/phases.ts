import type { PhaseName } from "../decision.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodeStep } from "./step.ts";

/** The phases that a goal will show for one node, in order. */
export function nodePhases(goal: Pick<NodeGoal, "probeImage" | "noCordon" | "drain">): readonly PhaseName[] {
  return [
    ...(goal.noCordon ? [] : (["cordon"] as const)),
    ...(goal.drain === undefined ? [] : (["drain"] as const)),
    "restart",
    "ready",
    "settle",
    ...(goal.probeImage === undefined ? [] : (["probe"] as const)),
    ...(goal.noCordon ? [] : (["uncordon"] as const)),
  ];
}

/** The phase of a step; undefined for housekeeping that is not shown. */
export function phaseOf(step: NodeStep): { readonly phase: PhaseName; readonly node?: string } | undefined {
  switch (step.kind) {
    case "claim":
      return { phase: "hold" };
    case "renew":
      return undefined;
    case "template":
      return { phase: "template" };
    case "cordon":
    case "take-lease":
      return { phase: "cordon", node: step.node.name };
    case "evict":
      return { phase: "drain", node: step.node.name };
    case "delete-pod":
      return { phase: "restart", node: step.node.name };
    case "probe":
    case "probe-done":
      return { phase: "probe", node: step.node.name };
    case "uncordon":
    case "drop-lease":
      return { phase: "uncordon", node: step.node.name };
    case "unpin":
    case "end-run":
      return { phase: "finish" };
  }
}
