import type { RestartForecast } from "../../model/restart-forecast.ts";
import type { NodeGoal } from "./goal.ts";
import { gapOf, overBudget } from "./measure.ts";
import type { NodesSeen } from "./seen.ts";

/** Undefined: no BGP, and no budget. */
export function forecastOf(
  seen: NodesSeen,
  goal: Pick<NodeGoal, "budget" | "gracePeriod" | "readyMeansBgp">,
): RestartForecast | undefined {
  const { budget, gracePeriod } = goal;
  if (budget === undefined) return undefined;
  const earlier = Object.entries(seen.nodes).flatMap(([node, own]) => {
    // What was down before says nothing of how long a restart takes.
    if (own.outcome?.result !== "restarted" || own.wasDown !== undefined) return [];
    const gap = gapOf(own);
    const time = (goal.readyMeansBgp ? gap.readyAfter : undefined)?.time ?? gap.down?.time;
    return time === undefined ? [] : [{ node, time, over: overBudget(gap, goal) === true }];
  });
  return { budget, earlier, ...(gracePeriod === undefined ? {} : { gracePeriod }) };
}
