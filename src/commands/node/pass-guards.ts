import type { AppContext } from "../../context.ts";
import type { TemplateFacts } from "../../model/template.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { heldByOther } from "../../plan/node/run-lease.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { confirm } from "./confirm.ts";
import { findingsFor, refusal } from "./guard.ts";
import type { NodeOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { subjectFor } from "./subject.ts";

/** Every refusal of every node at once, before the first write; then the questions. */
export async function passesGuards(
  prepared: Prepared,
  options: NodeOptions,
  goal: NodeGoal,
  world: NodeWorld,
  context: AppContext,
  warn: (text: string) => void,
  target: TemplateFacts,
): Promise<boolean> {
  const { around, clock } = prepared;
  // Who works says more than what that work looks like from outside.
  const busy = heldByOther(world, nothingSeen, goal, clock.now());
  if (busy !== undefined) {
    context.stderr.write(`${refusalLine(busy)}\n`);
    return false;
  }
  const touched = goal.nodes.filter((node) => willRestart(world, goal, node, clock.now()));
  const findings = touched.flatMap((node) => {
    const earlier = goal.nodes.slice(0, goal.nodes.indexOf(node));
    const subject = subjectFor(world, goal, options, target, node, earlier);
    return findingsFor(world, around, subject, clock.now());
  });
  const told = new Set<string>();
  const refusals: Stop[] = [];
  let asked: string | undefined;
  for (const finding of findings) {
    if (finding.outcome !== "fail" && finding.outcome !== "unknown") continue;
    const stop = refusal([finding], options.ignored);
    if (stop === undefined) {
      if (!told.has(finding.because)) warn(`${finding.id}: ${finding.because}`);
      told.add(finding.because);
    } else if (finding.id === "H09" && finding.outcome === "fail") asked = finding.because;
    else if (!refusals.some(({ message }) => message === stop.message)) refusals.push(stop);
  }
  for (const each of refusals) context.stderr.write(`${refusalLine(each)}\n`);
  if (refusals.length > 0) return false;
  if (asked === undefined || options.dryRun !== "none") return true;
  return await confirm(context, options.yes, `${asked}. Cordon it all the same?`);
}

function refusalLine({ id, message, hint }: Stop): string {
  return `error: ${id ?? ""}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
}
