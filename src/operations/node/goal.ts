import type { Millis } from "../../model/time.ts";
import type { Stop } from "../../plan/decision.ts";
import { drainRefusals } from "../../plan/drain/refusals.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { rightsOf } from "../../plan/node/permissions.ts";
import { inOrder } from "../../plan/node/turn.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { usualPrepull } from "../prepull/request.ts";
import { mayNotPull } from "../prepull/may-pull.ts";
import type { Session } from "../session.ts";
import { bgpCheckOf, cannotAskBird } from "./bgp-check.ts";
import { expectsReady } from "./expect-ready.ts";
import { findingsFor, refusal } from "./guard.ts";
import { checkGuards } from "./guards.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import { checkRights } from "./rights.ts";
import { sparedNodes } from "../../plan/fleet/spared.ts";
import { settleTime } from "./settle.ts";
import { fleetOf, withRest, type Fleet } from "./fleet.ts";
import { budgetOf, readinessAsksBird } from "./budget.ts";
import { subjectFor } from "./subject.ts";
import { restoreOf, type FileGoal } from "./template.ts";

/** A goal that rights and guards let pass, or why they do not. */
export type CheckedGoal =
  | { readonly kind: "goal"; readonly goal: NodeGoal; readonly fleet: Fleet }
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  /** The user was asked, and said no. */
  | { readonly kind: "declined" };

/**
 * Checks all that forbids the first write; nothing is written. `checkFirst` throws where something else forbids
 * it, before anything is asked of the user. Throws UserError where a right is missing.
 */
export async function checkedGoal(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  template: FileGoal | undefined,
  checkFirst?: (goal: NodeGoal, world: NodeWorld) => Promise<void>,
): Promise<CheckedGoal> {
  const { live, chosen, places } = nodes;
  const start = live.snapshot();
  const { goal, fleet } = await goalOf(nodes, session, request, template, start);
  const asked = { ...goal, execs: request.bgpCheck === "exec" };
  await checkRights(session.connection, rightsOf(asked, places, chosen.namespace, chosen.name));
  await checkFirst?.(goal, start);
  const target = template?.facts ?? chosen.template;
  const checked = checkGuards(nodes, session, request, goal, start, target);
  const refusals = [...checked.refusals, ...undrained(start, withRest(goal, fleet), session.clock.now())];
  if (refusals.length > 0) return { kind: "refused", refusals };
  const unasked = await cannotAskBird(nodes, session, goal);
  if (unasked !== undefined) return { kind: "refused", refusals: [unasked] };
  const unpulled = await mayNotPull(nodes, session, goal);
  if (unpulled !== undefined) return { kind: "refused", refusals: [unpulled] };
  const { question } = checked;
  if (question === undefined || session.dryRun !== "none" || (await session.ask(question)))
    return { kind: "goal", goal, fleet };
  return { kind: "declined" };
}

/** Why nodes that the run will restart cannot be drained. */
function undrained(world: NodeWorld, goal: NodeGoal, now: Millis): readonly Stop[] {
  const { drain } = goal;
  if (drain === undefined) return [];
  return drainRefusals(
    world,
    drain,
    inOrder(world, goal).filter((node) => willRestart(world, goal, node, now)),
  );
}

function drainOf({ drain: open }: OpenNodes, { drain }: NodesRequest): Pick<NodeGoal, "drain"> {
  if (open === undefined || drain === undefined) return {};
  const { disableEviction: _asked, ...rules } = drain;
  return { drain: { ...rules, by: open.by } };
}

function prepullOf({ prepull = usualPrepull }: NodesRequest): Pick<NodeGoal, "prepull"> {
  const { mode, ahead } = prepull;
  return mode === "never" ? {} : { prepull: { mode, ahead } };
}

/** What a run over these nodes is to reach. */
export async function goalOf(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  template: FileGoal | undefined,
  world: NodeWorld,
): Promise<{ readonly goal: NodeGoal; readonly fleet: Fleet }> {
  const { chosen, runFacts, configMaps } = nodes;
  const dryRun = session.dryRun !== "none";
  const target = template?.facts ?? chosen.template;
  const expectReady = await expectsReady(target, world.pods, configMaps);
  const settle = session.dryRun === "none" ? (request.settle ?? settleTime(target)) : 0;
  // H09 was answered before the first write; once is enough.
  const answered = new Set([...request.ignored, "H09"]);
  const fleet = fleetOf(request, world, template, { usual: settle, dryRun });
  const goal: NodeGoal = {
    daemonSet: chosen.uid,
    nodes: fleet.nodes,
    fleet: fleet.goal,
    commands: session.commands,
    command: session.command,
    nested: session.leased,
    restart: request.restart,
    holder: session.holder,
    takeOver: request.takeOver,
    ...(request.inJob?.gone === undefined ? {} : { gone: request.inJob.gone }),
    noCordon: request.noCordon,
    settle,
    timeout: request.timeout,
    expectReady,
    bgp: runFacts.bgp,
    // A client-side dry run asks the server nothing of the kind.
    triesPods: session.dryRun !== "client",
    ...prepullOf(request),
    ...drainOf(nodes, request),
    ...(await bgpCheckOf(nodes, session, request, target)),
    ...budgetOf(nodes),
    readyMeansBgp: readinessAsksBird(target),
    guard: (live, node, now, seen) =>
      // The nodes before it have come to their end when the run asks, but for those that it works on side by side.
      refusal(
        findingsFor(
          live,
          runFacts,
          subjectFor(live, goal, request, target, node, sparedNodes(live, seen, goal), seen),
          now,
        ),
        answered,
      ),
    restoreStrategy: restoreOf(nodes, template?.inFile),
    ...(request.gracePeriod === undefined ? {} : { gracePeriod: request.gracePeriod }),
    ...(request.probeImage === undefined ? {} : { probeImage: request.probeImage }),
    ...(template === undefined ? {} : { template }),
  };
  return { goal, fleet };
}
