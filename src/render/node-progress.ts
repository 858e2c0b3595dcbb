import { formatGoDuration } from "../model/duration.ts";
import { formatClock } from "../model/time.ts";
import { measuredOf, timeLeft } from "../plan/fleet/eta.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import type { NodesSeen } from "../plan/node/seen.ts";
import { inOrder } from "../plan/node/turn.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { bar } from "./bar.ts";
import { seconds } from "./seconds.ts";

/** Fewer nodes are seen at a glance. */
const worthTelling = 4;

const barWidth = 20;

/** How far a run over many nodes has come. */
export interface Progress {
  readonly done: number;
  readonly all: number;
  /** The same in words, with how long it will still take by what its nodes have taken; undefined: none is done yet. */
  readonly text?: string;
  /** What ends it before all nodes are done. */
  readonly ends?: string;
}

export function progressOf(seen: NodesSeen, goal: NodeGoal, world: NodeWorld): Progress | undefined {
  const all = inOrder(world, goal);
  const left = all.filter((node) => seen.nodes[node]?.outcome === undefined);
  if (all.length < worthTelling || left.length === 0) return undefined;
  const measured = measuredOf(seen, goal);
  const time = timeLeft(seen, goal, left);
  const until = goal.fleet?.until;
  const counts = {
    done: all.length - left.length,
    all: all.length,
    ...(until === undefined ? {} : { ends: `ends at ${formatClock(until)} at the latest` }),
  };
  if (measured === undefined || time === undefined) return counts;
  const about = formatGoDuration(Math.max(1, Math.round(time / 1000)) * 1000);
  const text =
    `${counts.done} of ${counts.all} nodes, about ${about} left ` +
    `(per node p50 ${seconds(measured.p50)}, p95 ${seconds(measured.p95)}, without settling)`;
  return { ...counts, text };
}

/** For a line that stays on a terminal: a bar before the words. */
export function progressLine({ done, all, text = `${done} of ${all} nodes`, ends }: Progress): string {
  return `${bar(done, all, barWidth)} ${text}${ends === undefined ? "" : `; ${ends}`}`;
}
