import { formatGoDuration } from "../model/duration.ts";
import { measuredOf, timeLeft } from "../plan/fleet/eta.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { Seen } from "../plan/node/seen.ts";
import { inOrder } from "../plan/node/turn.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { seconds } from "./seconds.ts";

/** Fewer nodes are seen at a glance. */
const worthTelling = 4;

/** How far a run over many nodes has come, and how long it will still take by what its nodes have taken. */
export function progressText(seen: Seen, goal: NodeGoal, world: NodeWorld): string | undefined {
  const all = inOrder(world, goal);
  const left = all.filter((node) => seen.nodes[node]?.outcome === undefined);
  const measured = measuredOf(seen, goal);
  const time = timeLeft(seen, goal, left);
  if (all.length < worthTelling || left.length === 0 || measured === undefined || time === undefined)
    return undefined;
  const about = formatGoDuration(Math.max(1, Math.round(time / 1000)) * 1000);
  return (
    `${all.length - left.length} of ${all.length} nodes, about ${about} left ` +
    `(per node p50 ${seconds(measured.p50)}, p95 ${seconds(measured.p95)}, without settling)`
  );
}
