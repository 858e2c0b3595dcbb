import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { Decision } from "../decision.ts";
import type { NodeGoal } from "./goal.ts";
import { isSilent, outdatedNodes } from "./pin.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/**
 * After the last node of this command: the strategy goes back as soon as no node that answers runs an
 * older revision (hazard H12), and the run's lease ends.
 */
export function finish(
  world: NodeWorld,
  daemonSet: DaemonSetFacts,
  seen: Pick<NodesSeen, "unpinned">,
  goal: NodeGoal,
): Decision<NodeStep> {
  const outdated = outdatedNodes(world);
  const silent = outdated.filter((node) => isSilent(world, node));
  // Once we have put the strategy back all was new; what the controller makes of it now is its own.
  const left = seen.unpinned ? [] : outdated.filter((node) => !isSilent(world, node));
  const live = world.daemonSet;
  const { pinned, run, strategy } = daemonSet;
  const held = strategy.type === "OnDelete" && pinned !== undefined && pinned !== "unreadable";
  if (live !== undefined && held && pinned.type !== "OnDelete" && left.length === 0) {
    return {
      kind: "step",
      step: {
        kind: "unpin",
        daemonSet,
        strategy: pinned,
        silent,
        writes: goal.restoreStrategy(live.raw, pinned),
      },
    };
  }
  const complete = left.length === 0;
  const clearPin = pinned !== undefined && complete;
  if (goal.nested === true) {
    // The run that this is a part of goes on under its lease.
    if (!clearPin) return { kind: "done" };
    const lease = run === undefined || run === "unreadable" ? {} : { lease: run };
    return { kind: "step", step: { kind: "end-run", daemonSet, clearPin, ...lease } };
  }
  const ours = run !== undefined && run !== "unreadable" && run.holder === goal.holder;
  // Nobody works here (a living run would have stopped us before): what a killed process left goes too.
  if (!ours && !clearPin && (run === undefined || !complete)) return { kind: "done" };
  const command = goal.command === undefined ? {} : { command: goal.command };
  const keep = ours && !complete ? { lease: { run: run.run, ...command } } : {};
  return { kind: "step", step: { kind: "end-run", daemonSet, clearPin, ...keep } };
}
