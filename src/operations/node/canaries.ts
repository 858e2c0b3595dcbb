import type { OpenBundle } from "../../bundle/write.ts";
import { formatClock } from "../../model/time.ts";
import { plural, some } from "../../model/words.ts";
import type { Pace } from "../../plan/fleet/pace.ts";
import { plainPace } from "../../plan/fleet/pace.ts";
import { closedBudgets } from "../../plan/drain/budgets.ts";
import { specialNodes } from "../../plan/fleet/special.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { Session } from "../session.ts";
import { afterCanaries, canaryLines, withRest } from "./fleet.ts";
import type { CheckedGoal } from "./goal.ts";
import type { OpenNodes } from "./open.ts";
import { upgradeNodes, type UpgradeOptions } from "./upgrade.ts";

/** Says what is special about the order, the nodes and the time of a run, before it begins. */
export function announce(
  { live, drain }: Pick<OpenNodes, "live" | "drain">,
  { emit, clock }: Pick<Session, "emit" | "clock">,
  { goal, fleet }: Extract<CheckedGoal, { kind: "goal" }>,
  pace: Pace = plainPace,
): void {
  const world = live.snapshot();
  const names = [...fleet.nodes, ...fleet.rest];
  for (const text of canaryLines(fleet)) emit({ kind: "note", text });
  for (const text of specialNodes(world, names)) emit({ kind: "note", text });
  if (goal.drain !== undefined && drain !== undefined) {
    const drained = names.filter((node) => willRestart(world, goal, node, clock.now()));
    for (const text of closedBudgets(world, goal.drain, drain.budgets, drained)) emit({ kind: "note", text });
  }
  if (pace.until !== undefined)
    emit({ kind: "note", text: `no node is begun that would end after ${formatClock(pace.until)}` });
}

export interface UpgradeFleetOptions extends UpgradeOptions {
  readonly pace?: Pace | undefined;
  /** Where what it leaves on nodes is collected; absent: with what it saves, or in a folder of its own. */
  readonly records?: OpenBundle | "none";
}

/**
 * Brings the nodes of a checked goal there. Where it pauses after the canaries, whoever is at the terminal is asked
 * (-y does not answer that), and everything is checked again before the others; without a terminal it ends there.
 * `check`: the goal as it is then (hazard H32).
 */
export async function upgradeFleet(
  nodes: OpenNodes,
  session: Session,
  checked: Extract<CheckedGoal, { kind: "goal" }>,
  { records, ...options }: UpgradeFleetOptions,
  check: (pace: Pace) => Promise<CheckedGoal>,
): Promise<NodeRunResult> {
  const results: NodeRunResult[] = [];
  try {
    return await canariesFirst(nodes, session, checked, options, check, (result) => results.push(result));
  } finally {
    if (records !== "none" && session.dryRun === "none") {
      const { collectRecords } = await import("./collect.ts");
      await collectRecords(session, results, records ?? options.bundle);
    }
  }
}

async function canariesFirst(
  nodes: OpenNodes,
  session: Session,
  { goal, fleet }: Extract<CheckedGoal, { kind: "goal" }>,
  { pace = plainPace, ...options }: Omit<UpgradeFleetOptions, "records">,
  check: (pace: Pace) => Promise<CheckedGoal>,
  ended: (result: NodeRunResult) => void,
): Promise<NodeRunResult> {
  const first = await upgradeNodes(nodes, session, goal, { ...options, whole: withRest(goal, fleet) });
  ended(first);
  const { rest } = fleet;
  if (first.stop !== undefined || first.interrupted || rest.length === 0) return first;
  const left = { why: "canaries", nodes: rest } as const;
  if (session.dryRun === "none") {
    const done = `The canaries are done: ${some(goal.nodes, 5)}.`;
    const answer = await session.askPerson(`${done} Continue with ${plural(rest.length, "node")}?`);
    if (answer !== true) return { ...first, left, interrupted: session.listen().first.aborted };
  }
  const checked = await check(afterCanaries(pace));
  if (checked.kind === "declined") return { ...first, left };
  if (checked.kind === "refused") {
    const [stop = { message: "it is refused" }] = checked.refusals;
    return { ...first, stop: { hint: goal.commands.again(), ...stop } };
  }
  const second = await upgradeNodes(nodes, session, checked.goal, options);
  ended(second);
  return {
    ...second,
    goal: { ...second.goal, nodes: [...new Set([...goal.nodes, ...second.goal.nodes])] },
    seen: { ...second.seen, nodes: { ...first.seen.nodes, ...second.seen.nodes } },
  };
}
