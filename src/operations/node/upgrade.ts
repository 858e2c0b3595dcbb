import type { OpenBundle } from "../../bundle/write.ts";
import type { PodFacts } from "../../model/pod.ts";
import { run } from "../../perform/run.ts";
import type { Stop } from "../../plan/decision.ts";
import { wayOn } from "../../plan/lease/held.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { phaseOf } from "../../plan/node/phases.ts";
import { nodeProcedure } from "../../plan/node/procedure.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { podOn, type NodeWorld } from "../../plan/node/world.ts";
import type { NodesAbout } from "../events.ts";
import { performing, type Session } from "../session.ts";
import { podReader } from "../try-pod.ts";
import { lastLogLines } from "./crash-log.ts";
import type { OpenNodes } from "./open.ts";

export interface UpgradeOptions {
  /** Each pod that came back, as it was when its node was done. */
  readonly onPod?: (pod: PodFacts) => void;
  /** Where what the run changes of the DaemonSet is saved. */
  readonly bundle?: OpenBundle;
}

/** Brings the nodes of a goal there: template first, then cordon, restart, wait, uncordon, one node after the other. */
export async function upgradeNodes(
  nodes: OpenNodes,
  session: Session,
  goal: NodeGoal,
  { onPod = () => {}, bundle }: UpgradeOptions = {},
): Promise<NodeRunResult> {
  const { live, around, places, chosen, discovery } = nodes;
  const { clock, dryRun } = session;
  const about: NodesAbout = {
    goal,
    resource: `daemonset.${places.daemonSets.group}/${chosen.name}`,
    bgp: around.bgp,
    ...(goal.budget === undefined ? {} : { budget: goal.budget }),
  };
  const outcome = await run(nodeProcedure(goal, places), live, {
    ...performing(session, discovery.version, bundle),
    read: podReader(session, discovery.version),
    emit(event) {
      session.emit({ kind: "procedure", procedure: "nodes", within: session.within, about, event });
      if (event.kind !== "performed" || dryRun !== "none") return;
      const phase = phaseOf(event.step);
      const node = phase?.phase === "uncordon" ? phase.node : undefined;
      const pod = node === undefined ? undefined : podOn(live.snapshot(), node);
      if (pod !== undefined) onPod(pod);
    },
  });
  const world = live.snapshot();
  const stop = outcome.kind === "stopped" ? withHint(outcome.reason, world, goal) : undefined;
  return {
    goal,
    bgp: about.bgp,
    ...(about.budget === undefined ? {} : { budget: about.budget }),
    world,
    seen: outcome.memory,
    interrupted: outcome.interrupted,
    dryRun,
    ended: clock.now(),
    ...(bundle === undefined || bundle.isEmpty() ? {} : { bundle: bundle.directory }),
    ...(stop === undefined ? {} : { stop }),
    ...(stop?.pod === undefined ? {} : { log: await lastLogLines(session.connection, stop.pod, world) }),
  };
}

/** A second Ctrl-C leaves at once, and so does a write that is refused: nodes that are left cordoned are named. */
function withHint(stop: Stop, { daemonSet, nodes }: NodeWorld, goal: NodeGoal): Stop {
  const left = [...nodes.values()].filter(
    (node) =>
      node.lease !== undefined &&
      node.lease !== "unreadable" &&
      node.lease.holder === goal.holder &&
      node.unschedulable,
  );
  const cordoned =
    left.length === 0 || /stays cordoned/.test(`${stop.message} ${stop.hint ?? ""}`)
      ? ""
      : `; ${left.map(({ name }) => `node ${name}`).join(", ")} ${left.length === 1 ? "stays" : "stay"} cordoned`;
  const named = { ...stop, message: `${stop.message}${cordoned}` };
  if (stop.interrupted !== true) return named;
  const holder = goal.nested === true ? undefined : goal.holder;
  return {
    ...named,
    hint: wayOn(goal.commands, daemonSet?.facts, holder),
  };
}
