import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { forecastOf } from "../../plan/node/forecast.ts";
import { nothingSeen, type NodesSeen } from "../../plan/node/seen.ts";
import { mustPin } from "../../plan/node/pin.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { NodeSubject } from "../../preflight/node-facts.ts";
import type { NodesRequest } from "./request.ts";

type Chosen = Pick<NodesRequest, "takeOver" | "noCordon" | "oldUnready">;

/** What the rules of a restart are asked about. `earlier`: nodes that the run restarts before this one. */
export function subjectFor(
  world: NodeWorld,
  goal: NodeGoal,
  { takeOver, noCordon, oldUnready }: Chosen,
  target: TemplateFacts,
  node: string,
  earlier: readonly string[],
  seen: NodesSeen = nothingSeen,
): NodeSubject {
  const forecast = forecastOf(seen, goal);
  const image = calicoNodeContainer(target)?.image;
  return {
    node,
    writesDaemonSet: mustPin(world, goal),
    takeOver,
    noCordon,
    drains: goal.drain !== undefined,
    ...(goal.fleet === undefined ? {} : { maxUnavailable: goal.fleet.maxUnavailable }),
    expectReady: goal.expectReady,
    oldUnready: oldUnready === true,
    ...(forecast === undefined ? {} : { forecast }),
    ...(image === undefined ? {} : { image }),
    earlier,
  };
}
