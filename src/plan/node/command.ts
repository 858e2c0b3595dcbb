import type { NodeGoal } from "./goal.ts";

/** The command that goes on with this run, as the user would type it. */
export function nodeCommand(goal: Pick<NodeGoal, "nodes" | "again">, ...more: readonly string[]): string {
  return ["kubectl calico-upgrade node", ...goal.nodes, ...goal.again, ...more].join(" ");
}
