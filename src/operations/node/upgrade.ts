import type { OpenBundle } from "../../bundle/write.ts";
import type { PodFacts } from "../../model/pod.ts";
import { program } from "../../model/program.ts";
import { run } from "../../perform/run.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { namingCordons } from "../../plan/node/left-cordoned.ts";
import { phaseOf } from "../../plan/node/phases.ts";
import { nodeProcedure } from "../../plan/node/procedure.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { inOrder } from "../../plan/node/turn.ts";
import { progressOf } from "../../render/node-progress.ts";
import { podOn } from "../../plan/node/world.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodesAbout } from "../events.ts";
import { prepull, type Prepulled } from "../prepull/operation.ts";
import { performing, type Session } from "../session.ts";
import { nodeReader } from "./bgp-check.ts";
import { clusterEvents } from "./cluster-events.ts";
import { lastLogLines } from "./crash-log.ts";
import type { OpenNodes } from "./open.ts";

export interface UpgradeOptions {
  /** Each pod that came back, as it was when its node was done. */
  readonly onPod?: (pod: PodFacts) => void;
  /** Where what the run changes of the DaemonSet is saved. */
  readonly bundle?: OpenBundle;
  /** The same with the nodes of a later run, whose images are pulled ahead as well. */
  readonly whole?: NodeGoal;
}

/** Brings the nodes of a goal there: template first, then cordon, restart, wait, uncordon, one node after the other. */
export async function upgradeNodes(
  nodes: OpenNodes,
  session: Session,
  wanted: NodeGoal,
  { onPod = () => {}, bundle, whole = wanted }: UpgradeOptions = {},
): Promise<NodeRunResult> {
  const goal: NodeGoal = { ...wanted, pulled: nodes.pulled };
  const { live, runFacts, places, chosen, discovery } = nodes;
  const { clock, dryRun } = session;
  const about: NodesAbout = {
    goal,
    resource: `daemonset.${places.daemonSets.group}/${chosen.name}`,
    bgp: runFacts.bgp,
    ...(goal.budget === undefined ? {} : { budget: goal.budget }),
  };
  const ahead = await prepull(nodes, session, whole);
  if (ahead.stop !== undefined) return endedBefore(nodes, session, goal, ahead);
  const events = await clusterEvents(nodes, session, goal);
  const outcome = await run(nodeProcedure(goal, places), live, {
    ...performing(session, discovery.version, bundle),
    read: nodeReader(nodes, session, goal),
    emit(event) {
      session.emit({ kind: "procedure", procedure: "nodes", within: session.within, about, event });
      events.happened(event);
      if (event.kind !== "performed" || dryRun !== "none") return;
      const moves = ["cordon", "uncordon", "drop-lease"].includes(event.step.kind);
      const progress = moves ? progressOf(event.memory, goal, live.snapshot()) : undefined;
      if (progress !== undefined) session.emit({ kind: "progress", ...progress });
      const phase = phaseOf(event.step);
      const node = phase?.phase === "uncordon" ? phase.node : undefined;
      const pod = node === undefined ? undefined : podOn(live.snapshot(), node);
      if (pod !== undefined) onPod(pod);
    },
  });
  const world = live.snapshot();
  const stop =
    outcome.kind === "stopped"
      ? namingCordons(withHint(outcome.reason, goal, session.command.verb), world, goal)
      : undefined;
  const open = inOrder(world, goal).filter((node) => outcome.memory.nodes[node]?.outcome === undefined);
  const isLeft =
    stop === undefined && !outcome.interrupted && goal.fleet?.until !== undefined && open.length > 0;
  const result: NodeRunResult = {
    goal,
    bgp: about.bgp,
    ...(about.budget === undefined ? {} : { budget: about.budget }),
    world,
    seen: outcome.memory,
    interrupted: outcome.interrupted,
    dryRun,
    ended: clock.now(),
    ...(ahead.result === undefined ? {} : { prepull: ahead.result }),
    ...(bundle === undefined || bundle.isEmpty() ? {} : { bundle: bundle.directory }),
    ...(stop === undefined ? {} : { stop }),
    ...(isLeft ? { left: { why: "until", nodes: open } } : {}),
    ...(stop?.pod === undefined ? {} : { log: await lastLogLines(session.connection, stop.pod, world) }),
  };
  await events.ended(result);
  return result;
}

/** A run that ends before it touches a node: pulling was all of it, or failed. */
export function endedBefore(
  { live, runFacts }: OpenNodes,
  { clock, command, dryRun }: Session,
  goal: NodeGoal,
  { result, stop, interrupted }: Prepulled,
): NodeRunResult {
  const world = live.snapshot();
  return {
    goal,
    bgp: runFacts.bgp,
    ...(goal.budget === undefined ? {} : { budget: goal.budget }),
    world,
    seen: nothingSeen,
    interrupted,
    dryRun,
    ended: clock.now(),
    ...(result === undefined ? {} : { prepull: result }),
    ...(stop === undefined ? {} : { stop: namingCordons(withHint(stop, goal, command.verb), world, goal) }),
  };
}

/** Whatever ends a run over several nodes: the same command continues it. */
function withHint(stop: Stop, { commands, nodes, nested }: NodeGoal, verb: string): Stop {
  const { hint } = stop;
  if (hint === undefined) return { ...stop, hint: `to continue: ${commands.again()}` };
  const isSaid = hint.includes([program, verb].join(" "));
  if (nested === true || nodes.length < 2 || isSaid) return stop;
  return { ...stop, hint: `${hint}; then continue: ${commands.again()}` };
}
