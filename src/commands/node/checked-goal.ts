import type { AppContext } from "../../context.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { rightsOf } from "../../plan/node/permissions.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { expectsReady } from "./expect-ready.ts";
import { findingsFor, refusal } from "./guard.ts";
import { holderName } from "./holder.ts";
import type { NodeOptions } from "./options.ts";
import { passesGuards } from "./pass-guards.ts";
import type { Prepared } from "./prepare.ts";
import { checkRights } from "./rights.ts";
import { settleTime } from "./settle.ts";
import { subjectFor } from "./subject.ts";
import { restoreOf, type templateGoal } from "./template.ts";

/**
 * The goal of a run once rights and guards let it pass; undefined when they do not, and why is told.
 * `checkFirst` throws where something else forbids it, before anything is asked of the user.
 */
export async function checkedGoal(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  template: Awaited<ReturnType<typeof templateGoal>> | undefined,
  warn: (text: string) => void,
  checkFirst?: (goal: NodeGoal, world: NodeWorld) => Promise<void>,
): Promise<NodeGoal | undefined> {
  const { live, chosen, connection, places } = prepared;
  const start = live.snapshot();
  const goal = await goalOf(prepared, options, template, start);
  await checkRights(connection, rightsOf(goal, places, chosen.namespace, chosen.name));
  await checkFirst?.(goal, start);
  return (await passesGuards(
    prepared,
    options,
    goal,
    start,
    context,
    warn,
    template?.facts ?? chosen.template,
  ))
    ? goal
    : undefined;
}

async function goalOf(
  prepared: Prepared,
  options: NodeOptions,
  template: Awaited<ReturnType<typeof templateGoal>> | undefined,
  world: NodeWorld,
): Promise<NodeGoal> {
  const { chosen, around, configMaps } = prepared;
  const target = template?.facts ?? chosen.template;
  const expectReady = await expectsReady(target, world.pods, configMaps);
  const settle = options.dryRun === "none" ? (options.settle ?? settleTime(target)) : 0;
  // H09 was answered before the first write; once is enough.
  const answered = new Set([...options.ignored, "H09"]);
  const goal: NodeGoal = {
    daemonSet: chosen.uid,
    nodes: options.nodes,
    again: options.again,
    everywhere: options.everywhere,
    restart: options.restart,
    holder: holderName(),
    takeOver: options.takeOver,
    noCordon: options.noCordon,
    settle,
    timeout: options.timeout,
    expectReady,
    bgp: around.bgp,
    guard: (live, node, now) =>
      // The nodes before it have come to their end when the run asks.
      refusal(findingsFor(live, around, subjectFor(live, goal, options, target, node, []), now), answered),
    restoreStrategy: restoreOf(prepared, template?.inFile),
    ...(options.gracePeriod === undefined ? {} : { gracePeriod: options.gracePeriod }),
    ...(options.probeImage === undefined ? {} : { probeImage: options.probeImage }),
    ...(template === undefined ? {} : { template }),
  };
  return goal;
}
