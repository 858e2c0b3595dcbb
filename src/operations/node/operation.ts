import { userError } from "../../errors.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import { openRunBundle, warn, type Session } from "../session.ts";
import { checkedGoal } from "./goal.ts";
import type { OpenNodes } from "./open.ts";
import { needsOfNode } from "./release-needs.ts";
import type { NodesRequest } from "./request.ts";
import { checkNodeStep, wholeFile } from "./step-rules.ts";
import { checkSurroundings } from "./surroundings-needed.ts";
import { templateGoal, type FileGoal, type FileTemplate } from "./template.ts";
import { upgradeNodes } from "./upgrade.ts";

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
  const template = file === undefined ? undefined : await checkedTemplate(nodes, session, request, file);
  const checked = await checkedGoal(nodes, session, request, template, async (goal, world) => {
    const idle = goal.nodes.every((node) => !willRestart(world, goal, node, session.clock.now()));
    if (template === undefined && idle) return;
    await checkNodeStep(nodes, session, request, template?.facts ?? nodes.chosen.template, file, world);
  });
  if (checked.kind !== "goal") return checked;
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

/** The file's DaemonSet as a goal, once its surroundings are known to be there (hazard H05). */
async function checkedTemplate(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  file: FileTemplate,
): Promise<FileGoal> {
  const { templateOnly, ignored } = request;
  const desired = await wholeFile(nodes, session, request, file);
  const goal = await templateGoal(nodes, session, desired);
  const overridden = templateOnly || ignored.has("H05") || ignored.has("all");
  const ofRelease = needsOfNode(nodes, desired);
  const { refusal: missing, others } = await checkSurroundings(session.connection, file, desired, {
    ofRelease,
  });
  if (missing !== undefined && !overridden) throw userError(missing);
  if (missing !== undefined) warn(session, missing);
  if (others !== undefined) session.emit({ kind: "note", text: others });
  return goal;
}
