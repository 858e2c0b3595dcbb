import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { Decision } from "../decision.ts";
import type { NodeGoal } from "./goal.ts";
import { isSilent, outdatedNodes } from "./pin.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/**
 * After the last node of this command: the strategy goes back as soon as no node that answers runs an
 * older revision (hazard H12), and the run's lease ends.
 */
export function finish(world: NodeWorld, daemonSet: DaemonSetFacts, goal: NodeGoal): Decision<NodeStep> {
  const left = outdatedNodes(world).filter((node) => !isSilent(world, node));
  const live = world.daemonSet;
  const { pinned, run, strategy } = daemonSet;
  const held = strategy.type === "OnDelete" && pinned !== undefined && pinned !== "unreadable";
  if (live !== undefined && held && pinned.type !== "OnDelete" && left.length === 0) {
    return {
      kind: "step",
      step: { kind: "unpin", daemonSet, strategy: pinned, writes: goal.restoreStrategy(live.raw, pinned) },
    };
  }
  const clearPin = pinned !== undefined && left.length === 0;
  const ours = run !== undefined && run !== "unreadable" && run.holder === goal.holder;
  if (!ours && !clearPin) return { kind: "done" };
  const keep = left.length > 0 && ours;
  return {
    kind: "step",
    step: { kind: "end-run", daemonSet, clearPin, ...(keep ? { lease: { run: run.run } } : {}) },
  };
}
