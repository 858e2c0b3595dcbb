import type { NodeGoal } from "../node/goal.ts";
import type { NodesSeen } from "../node/seen.ts";
import type { NodeWorld } from "../node/world.ts";

/** Whose calico-node is not judged before a restart: what this run does there, and nodes that have just come. */
export function sparedNodes(
  world: NodeWorld,
  seen: NodesSeen,
  { fleet, holder }: Pick<NodeGoal, "fleet" | "holder">,
): readonly string[] {
  if (fleet === undefined) return [];
  return [...world.nodes.values()]
    .filter(
      ({ name, lease }) =>
        (lease !== undefined && lease !== "unreadable" && lease.holder === holder) ||
        seen.nodes[name]?.outcome?.result === "failed" ||
        !fleet.before.nodes.has(name),
    )
    .map(({ name }) => name);
}
