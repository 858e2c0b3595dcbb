import type { TemplateFacts } from "../../model/template.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { heldByOther } from "../../plan/node/run-lease.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { strategyBackSince } from "../../plan/node/strategy-back.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { warn, type Session } from "../session.ts";
import { findingsFor, refusal } from "./guard.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import { subjectFor } from "./subject.ts";

export interface CheckedGuards {
  readonly refusals: readonly Stop[];
  /** What the user has to agree to. */
  readonly question?: string;
}

/** Every refusal of every node at once, before the first write; what only has to be known is a warning. */
export function checkGuards(
  { around }: OpenNodes,
  session: Session,
  request: NodesRequest,
  goal: NodeGoal,
  world: NodeWorld,
  target: TemplateFacts,
): CheckedGuards {
  const now = session.clock.now();
  // Who works says more than what that work looks like from outside.
  const busy = heldByOther(world, nothingSeen, goal, now);
  if (busy !== undefined) return { refusals: [busy] };
  // What somebody did to our pin says more than the rollout that it set off (hazards H12, H18).
  const back = strategyBackSince(world, goal);
  const passed = ["H12", "H18", "all"].some((id) => request.ignored.has(id));
  if (back !== undefined && !passed) return { refusals: [back] };
  const touched = goal.nodes.filter((node) => willRestart(world, goal, node, now));
  const findings = touched.flatMap((node) => {
    const earlier = goal.nodes.slice(0, goal.nodes.indexOf(node));
    const subject = subjectFor(world, goal, request, target, node, earlier);
    return findingsFor(world, around, subject, now);
  });
  const warned = new Set<string>();
  const refusals: Stop[] = [];
  let asked: string | undefined;
  for (const finding of findings) {
    if (finding.outcome !== "fail" && finding.outcome !== "unknown") continue;
    const stop = refusal([finding], request.ignored);
    if (stop === undefined) {
      if (!warned.has(finding.because)) warn(session, `${finding.id}: ${finding.because}`);
      warned.add(finding.because);
    } else if (finding.id === "H09" && finding.outcome === "fail") asked = finding.because;
    else if (!refusals.some(({ message }) => message === stop.message)) refusals.push(stop);
  }
  return { refusals, ...(asked === undefined ? {} : { question: `${asked}. Cordon it anyway?` }) };
}
