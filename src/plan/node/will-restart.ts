import type { Millis } from "../../model/time.ts";
import { assume } from "./assume.ts";
import type { NodeGoal } from "./goal.ts";
import { look } from "./look.ts";
import { nextNodeStep } from "./next.ts";
import { isSilent } from "./pin.ts";
import { acted, nothingSeen } from "./seen.ts";
import type { NodeWorld } from "./world.ts";

/** Leases and what somebody left of them come first; none of them touches a pod. */
const preliminary = 8;

/**
 * Whether this run would delete the node's calico-node pod. What stands against a restart must stand
 * neither in the way of other nodes nor of bringing an earlier run's restart to its end. A node that
 * cannot be waited for (H16) counts as well.
 */
export function willRestart(start: NodeWorld, goal: NodeGoal, node: string, now: Millis): boolean {
  const { fleet: _pace, drain: _drain, bgpCheck: _read, ...plain } = goal;
  const alone: NodeGoal = { ...plain, nodes: [node], guard: () => undefined, triesPods: false };
  let world = start;
  let seen = nothingSeen;
  for (let count = 0; count < preliminary; count += 1) {
    seen = look(seen, world, alone, now);
    const decision = nextNodeStep(world, seen, alone, now);
    if (decision.kind === "wait") return decision.phase === "template" || isSilent(world, node);
    if (decision.kind !== "step") return false;
    const { step } = decision;
    switch (step.kind) {
      case "template":
      case "cordon":
      case "evict":
      case "delete-pod":
        return true;
      case "claim":
      case "renew":
      case "take-lease":
      case "drop-lease":
        world = assume(world, step, now);
        seen = acted(seen, step, now);
        break;
      case "uncordon":
      case "probe":
      case "probe-done":
      case "unpin":
      case "end-run":
        return false;
    }
  }
  return true;
}
