import { formatClock } from "../model/time.ts";
import { plural, some } from "../model/words.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { NodeRunResult } from "../plan/node/result.ts";

/** Why nodes were not begun although nothing stopped the run, and what continues it. */
export function leftText(
  { why, nodes }: NonNullable<NodeRunResult["left"]>,
  { commands, fleet }: Pick<NodeGoal, "commands" | "fleet">,
): string {
  const left = `${plural(nodes.length, "node")} left (${some(nodes, 5)})`;
  const reason =
    why === "canaries"
      ? `the canaries are done (${some([...(fleet?.canaries ?? [])], 5)}), and --pause-after=canaries ends the run here`
      : `no node is begun that would end after ${fleet?.until === undefined ? "--until" : formatClock(fleet.until)}`;
  return `${reason}: ${left}; to continue: ${commands.again()}`;
}
