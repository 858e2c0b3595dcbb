import { ruleError } from "../../errors.ts";
import { refuseOtherState } from "../../manifest/other-state.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import { withoutUntil } from "../prepull/next.ts";
import { prepull } from "../prepull/operation.ts";
import { openRunBundle, warn, type Session } from "../session.ts";
import { checkedGoal, type CheckedGoal } from "./goal.ts";
import type { OpenNodes } from "./open.ts";
import { needsOfNode } from "./release-needs.ts";
import type { NodesRequest } from "./request.ts";
import { checkNodeStep, wholeFile } from "./step-rules.ts";
import { checkSurroundings } from "./surroundings-needed.ts";
import { templateGoal, type FileGoal, type FileTemplate } from "./template.ts";
import { endedBefore, upgradeNodes } from "./upgrade.ts";

/** What came of a node run: nothing was begun, or a result. */
export type NodesOutcome =
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  | { readonly kind: "declined" }
  | { readonly kind: "ran"; readonly result: NodeRunResult };

/**
 * The whole of `node`: what the file's template needs is there, rights, rules and guards let it pass, what is
 * changed is saved, then node after node. Throws UserError for what forbids the first write.
 */
export async function nodesOperation(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  file: FileTemplate | undefined,
): Promise<NodesOutcome> {
  const checked = await checkNodes(nodes, session, request, file);
  if (checked.kind !== "goal") return checked;
  if (request.until === "prepull") {
    const done = await prepull(nodes, session, checked.goal, { alone: true });
    const result = endedBefore(nodes, session, checked.goal, done);
    return { kind: "ran", result: { ...result, next: withoutUntil(session) } };
  }
  const { template } = checked.goal;
  const raw = nodes.live.snapshot().daemonSet?.raw;
  // A run that only restarts pods has nothing to save.
  const saves =
    session.dryRun === "none" && raw !== undefined && template?.bringInLine(raw, true).template === true;
  const bundle = saves
    ? await openRunBundle(session, { command: "node", kubernetes: nodes.discovery.version })
    : undefined;
  try {
    const result = await upgradeNodes(nodes, session, checked.goal, bundle === undefined ? {} : { bundle });
    return { kind: "ran", result };
  } finally {
    await bundle?.close();
  }
}

/**
 * Everything that a run asks before its first write: what the template needs, rights, rules and guards. Nothing is
 * written. `choose`: the nodes, where nobody has named them. Throws UserError for what forbids it.
 */
export async function checkNodes(
  nodes: OpenNodes,
  session: Session,
  given: NodesRequest,
  file: FileTemplate | undefined,
  choose?: (template: FileGoal | undefined) => readonly string[],
): Promise<CheckedGoal> {
  const template = file === undefined ? undefined : await checkedTemplate(nodes, session, given, file);
  const request = choose === undefined ? given : { ...given, nodes: choose(template) };
  return await checkedGoal(nodes, session, request, template, async (goal, world) => {
    const idle = goal.nodes.every((node) => !willRestart(world, goal, node, session.clock.now()));
    if (template === undefined && idle) return;
    await checkNodeStep(nodes, session, request, template?.facts ?? nodes.chosen.template, file, world);
  });
}

/** The file's DaemonSet as a goal, once its surroundings are known to be there (hazard H05). */
async function checkedTemplate(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  file: FileTemplate,
): Promise<FileGoal> {
  const { templateOnly, ignored } = request;
  const desired = await wholeFile(nodes, session, request, file);
  const { places, chosen, live } = nodes;
  const ref = { ...places.daemonSets, name: chosen.name };
  refuseOtherState([{ ref, object: desired, before: live.snapshot().daemonSet?.raw }]);
  const goal = await templateGoal(nodes, session, desired);
  const overridden = templateOnly || ignored.has("H05") || ignored.has("all");
  const ofRelease = needsOfNode(nodes, desired);
  const { refusal: missing, others } = await checkSurroundings(session.connection, file, desired, {
    ofRelease,
  });
  if (missing !== undefined && !overridden) throw ruleError("H05", missing);
  if (missing !== undefined) warn(session, `H05: ${missing.join("\n")}`);
  if (others !== undefined) session.emit({ kind: "note", text: others });
  return goal;
}
