import type { Stop } from "../decision.ts";
import { wayOn } from "../lease/held.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Why a run stopped, with the nodes that it leaves cordoned: a second Ctrl-C leaves at once, and a write that is
 * refused may be the one that gives the cordon back. What the user had cordoned before is none of ours.
 */
export function namingCordons(stop: Stop, { daemonSet, nodes }: NodeWorld, goal: NodeGoal): Stop {
  const left = [...nodes.values()]
    .filter(
      ({ name, lease, unschedulable }) =>
        lease !== undefined &&
        lease !== "unreadable" &&
        lease.holder === goal.holder &&
        !lease.wasUnschedulable &&
        unschedulable &&
        !(stop.saysCordoned === true && stop.node === name),
    )
    .map(({ name }) => `node ${name}`);
  const cordoned =
    left.length === 0 ? "" : `; ${left.join(", ")} ${left.length === 1 ? "stays" : "stay"} cordoned`;
  const named = { ...stop, message: `${stop.message}${cordoned}` };
  if (stop.interrupted !== true) return named;
  const holder = goal.nested === true ? undefined : goal.holder;
  return { ...named, hint: wayOn(goal.commands, daemonSet?.facts, holder) };
}
