import { program } from "../../model/program.ts";
import type { NodeGoal } from "./goal.ts";

type About = Pick<NodeGoal, "everywhere">;

/** The command that goes on with this run, as the user would type it. */
export function nodeCommand(
  goal: About & Pick<NodeGoal, "nodes" | "again">,
  ...more: readonly string[]
): string {
  return commandFor(goal, "node", ...goal.nodes, ...goal.again, ...more);
}

/** Another command about the same cluster and DaemonSet: without its flags it might reach other ones. */
export function commandFor({ everywhere }: About, ...words: readonly string[]): string {
  return [program, ...words, ...everywhere].join(" ");
}
