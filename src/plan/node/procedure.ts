import type { Procedure, Settled } from "../procedure.ts";
import { assume } from "./assume.ts";
import { bgpLearned } from "./bgp.ts";
import type { NodeRead } from "./bgp-seen.ts";
import { draftOf } from "./draft.ts";
import type { NodeGoal } from "./goal.ts";
import { nextNodeStep } from "./next.ts";
import { look } from "./look.ts";
import {
  acted,
  nothingSeen,
  nodeSeen,
  postponed,
  unanswered,
  withNode,
  type NodeOutcome,
  type NodesSeen,
} from "./seen.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";
import { writesOf, type NodePlaces } from "./writes.ts";

function outcomeOf(what: Settled): NodeOutcome {
  switch (what.kind) {
    case "skip":
      return { result: "skipped", why: what.why ?? "" };
    case "vanished":
      return { result: "vanished" };
    case "failed":
      return { result: "failed", stop: what.stop };
  }
}

/** The node run as a procedure that the edge can perform. */
export function nodeProcedure(
  goal: NodeGoal,
  places: NodePlaces,
): Procedure<NodeWorld, NodesSeen, NodeStep, NodeRead> {
  return {
    start: nothingSeen,
    look: (seen, world, now) => look(seen, world, goal, now),
    next: (world, seen, now) => nextNodeStep(world, seen, goal, now),
    acted,
    settled: (seen, what) =>
      withNode(seen, what.node, { ...nodeSeen(seen, what.node, 0), outcome: outcomeOf(what) }),
    stopping: (seen, reason) => (seen.stop === undefined ? { ...seen, stop: reason } : seen),
    interrupted: (seen, at) => (seen.interrupted === undefined ? { ...seen, interrupted: at } : seen),
    writes: (step) => writesOf(step, places),
    saves: (step, world) => writesOf(step, places).map((write) => draftOf(write, world, goal)),
    assume,
    learned(seen, read, verdict) {
      if (verdict.kind === "bgp") return read.kind === "bgp" ? bgpLearned(seen, read, verdict, goal) : seen;
      const { node } = read;
      return node === undefined
        ? seen
        : withNode(seen, node, { ...nodeSeen(seen, node, 0), admission: verdict });
    },
    unanswered,
    postponed,
  };
}
