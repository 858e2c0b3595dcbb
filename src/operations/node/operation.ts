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
import { agree } from "../../perform/agree.ts";
import { plural, some } from "../../model/words.ts";
import { neverRan } from "../../plan/node/pin.ts";
import { isSelected } from "../../plan/fleet/select.ts";
import { announce, upgradeFleet } from "./canaries.ts";
import { withRest } from "./fleet.ts";
import { nodesLeft, warnOfNeverRan } from "./remaining.ts";
import { endedBefore } from "./upgrade.ts";

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
  const checked = await agreedOn(nodes, session, request, file);
  if (checked.kind !== "goal") return checked;
  if (request.until === "prepull") {
    const done = await prepull(nodes, session, withRest(checked.goal, checked.fleet), { alone: true });
    const result = endedBefore(nodes, session, checked.goal, done);
    return { kind: "ran", result: { ...result, next: withoutUntil(session) } };
  }
  const { template } = checked.goal;
  const raw = nodes.live.snapshot().daemonSet?.raw;
  // A run that only restarts pods has nothing to save.
  const saves =
    session.dryRun === "none" && raw !== undefined && template?.reconcile(raw, true).template === true;
  const bundle = saves
    ? await openRunBundle(session, { command: "node", kubernetes: nodes.discovery.version })
    : undefined;
  try {
    const options = {
      pace: request.pace,
      ...(bundle === undefined ? {} : { bundle }),
      // The folder of a pod goes with it: nodes keep what it did.
      ...(request.inJob === undefined ? {} : { records: "none" as const }),
    };
    const result = await upgradeFleet(nodes, session, checked, options, async (pace) => {
      const later = { ...request, pace };
      return await checkNodes(nodes, quiet(session), later, file, chooserOf(nodes, later));
    });
    return { kind: "ran", result };
  } finally {
    await bundle?.close();
  }
}

/** Chooses the nodes where a run is about all, or all with certain labels; undefined: they were named. */
function chooserOf(
  { live }: OpenNodes,
  { selection, restart }: NodesRequest,
): ((template: FileGoal | undefined) => readonly string[]) | undefined {
  if (selection === undefined || selection.names !== undefined) return undefined;
  return (template) => nodesLeft(live.snapshot(), template, { selection, restart }).nodes;
}

/** The checked goal; where it is about more nodes than were named, also agreed on (hazard H32). */
export async function agreedOn(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  file: FileTemplate | undefined,
): Promise<CheckedGoal> {
  const choose = chooserOf(nodes, request);
  if (choose === undefined) {
    const { nodes: all } = nodes.live.snapshot();
    const named = request.nodes.filter((name) => {
      const node = all.get(name);
      return node === undefined || request.selection === undefined || isSelected(request.selection, node);
    });
    const checked = await checkNodes(nodes, session, { ...request, nodes: named }, file);
    if (checked.kind === "goal") announce(nodes, session, checked, request.pace);
    return checked;
  }
  warnOfNeverRan(session, nodes.live.snapshot());
  const once = reportedOnce(session);
  const agreed = await agree(
    async () => {
      const checked = await checkNodes(nodes, once, request, file, choose);
      const basis = checked.kind === "goal" ? basisOf(checked, nodes) : "";
      return { checked, basis, question: questionOf(checked, session, request) };
    },
    {
      ask: session.ask,
      show({ checked }, again) {
        if (again) once.emit({ kind: "note", text: "the cluster has changed since the question:" });
        if (checked.kind !== "goal") return;
        once.emit({ kind: "note", text: countsOf(nodes, request, checked) });
        announce(nodes, once, checked, request.pace);
      },
      waited: () => session.asks,
    },
  );
  return agreed?.checked ?? { kind: "declined" };
}

/** What the answer to the question rests on. */
function basisOf({ goal, fleet }: Extract<CheckedGoal, { kind: "goal" }>, { live }: OpenNodes): string {
  const { facts } = live.snapshot().daemonSet ?? {};
  return JSON.stringify([goal.nodes, fleet.rest, facts?.generation, facts?.run]);
}

function questionOf(
  checked: CheckedGoal,
  session: Session,
  { pace, until }: NodesRequest,
): string | undefined {
  // Pulling an image restarts nothing.
  if (until === "prepull") return undefined;
  if (checked.kind !== "goal" || session.dryRun !== "none") return undefined;
  const { goal, fleet } = checked;
  const count = goal.nodes.length + fleet.rest.length;
  if (count === 0) return undefined;
  const most = goal.fleet?.maxUnavailable ?? 1;
  const how = most === 1 ? "one at a time" : `at most ${most} at a time`;
  const pause =
    pace?.pauseAfter === undefined || fleet.rest.length === 0
      ? ""
      : `, with a pause after ${plural(goal.nodes.length, "canary", "canaries")}`;
  const what = goal.drain === undefined ? "Restart" : "Drain and restart";
  return `${what} calico-node on ${plural(count, "node")}, ${how}${pause}?`;
}

/** How many nodes there are to do, and why the others are not among them. */
function countsOf(
  { live }: OpenNodes,
  { selection, restart }: NodesRequest,
  { goal, fleet }: Extract<CheckedGoal, { kind: "goal" }>,
): string {
  const world = live.snapshot();
  const left = nodesLeft(world, goal.template, {
    restart,
    ...(selection === undefined ? {} : { selection }),
  });
  const all = [...world.nodes.values()];
  const meant = all.filter((node) => selection === undefined || isSelected(selection, node));
  const never = meant.map(({ name }) => name).filter((name) => neverRan(world, name));
  const silent = left.silent.filter((name) => meant.some((node) => node.name === name));
  const count = goal.nodes.length + fleet.rest.length;
  return [
    `${count} of ${plural(meant.length, "node")} to restart`,
    ...(left.done.length === 0 ? [] : [`${left.done.length} done already`]),
    ...(silent.length === 0 ? [] : [`${silent.length} silent (${some(silent, 5)})`]),
    ...(never.length === 0 ? [] : [`${never.length} where calico-node has never run (${some(never, 5)})`]),
    ...(meant.length === all.length ? [] : [`${all.length - meant.length} not selected`]),
  ].join("; ");
}

/** A look that is taken again says nothing twice. */
function reportedOnce(session: Session): Session {
  const reported = new Set<string>();
  return {
    ...session,
    emit(event) {
      if (event.kind === "warning" || event.kind === "note") {
        if (reported.has(event.text)) return;
        reported.add(event.text);
      }
      session.emit(event);
    },
  };
}

function quiet(session: Session): Session {
  return {
    ...session,
    emit: (event) => {
      if (event.kind !== "warning" && event.kind !== "note") session.emit(event);
    },
  };
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
