import type { TemplateFacts } from "../../model/template.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { isHold } from "../../plan/node/hold.ts";
import { heldByOther } from "../../plan/node/run-lease.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { strategyBackSince } from "../../plan/node/strategy-back.ts";
import { inOrder } from "../../plan/node/turn.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { warn, type Session } from "../session.ts";
import { findingsFor, refusal } from "./guard.ts";
import { oncePerReason, type Refused } from "./once-per-reason.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import { subjectFor } from "./subject.ts";

export interface CheckedGuards {
  readonly refusals: readonly Stop[];
  /** What the user has to agree to. */
  readonly question?: string;
}

/**
 * Every refusal at once, before the first write; what only has to be known is a warning. What time mends is neither:
 * the run waits.
 */
export function checkGuards(
  { runFacts }: OpenNodes,
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
  const order = inOrder(world, goal);
  const touched = order.filter((node) => willRestart(world, goal, node, now));
  const findings = touched.flatMap((node) => {
    const earlier = [...(request.before ?? []), ...order.slice(0, order.indexOf(node))];
    const subject = subjectFor(world, goal, request, target, node, earlier);
    return findingsFor(world, runFacts, subject, now);
  });
  const warnings: Refused[] = [];
  const refusals: Refused[] = [];
  let asked: string | undefined;
  for (const finding of findings) {
    if (finding.outcome !== "fail" && finding.outcome !== "unknown") continue;
    const stop = refusal([finding], request.ignored);
    if (stop === undefined) {
      warnings.push({ stop: { id: finding.id, message: finding.because }, node: finding.node });
    } else if (isHold(stop)) continue;
    else if (finding.id === "H09" && finding.outcome === "fail") asked = finding.because;
    else refusals.push({ stop, node: finding.node });
  }
  for (const { id = "", message } of oncePerReason(warnings)) warn(session, `${id}: ${message}`);
  return {
    refusals: oncePerReason(refusals),
    ...(asked === undefined ? {} : { question: `${asked}. Cordon it anyway?` }),
  };
}
