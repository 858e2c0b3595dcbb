import type { Millis } from "../model/time.ts";
import type { CalicoNode } from "./nodes.ts";
import type { DaemonSetProgress } from "./progress.ts";

/** How quickly a run gets on, by the pods that it has made. */
export interface RolloutPace {
  /** From one node to the next, on average. */
  readonly perNode: Millis;
  readonly left: Millis;
}

/** Longer ago a run may have waited for somebody, or for the next evening. */
const recently: Millis = 30 * 60_000;
/** So many of the last nodes count, so that a pace that changes shows. */
const counted = 20;
const fewest = 3;

/**
 * Undefined: nobody is at work on this DaemonSet, or too few of its nodes have come to the newest revision lately.
 * `nodes`: all of its nodes.
 */
export function paceOf(
  { daemonSet, run, nodes: { total, updated } }: DaemonSetProgress,
  nodes: readonly CalicoNode[],
  now: Millis,
): RolloutPace | undefined {
  if (run?.state !== "working" || updated === total) return undefined;
  const times = nodes
    .flatMap(({ daemonSet: of, updated: newest, pods: [pod] }) =>
      of === daemonSet && newest === true && pod !== undefined && now - pod.created <= recently
        ? [pod.created]
        : [],
    )
    .toSorted((a, b) => b - a)
    .slice(0, counted);
  const [last = 0] = times;
  const first = times.at(-1) ?? 0;
  if (times.length < fewest || last === first) return undefined;
  const perNode = (last - first) / (times.length - 1);
  return { perNode, left: perNode * (total - updated) };
}
