import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { KubeObject } from "../../model/kube.ts";
import { podsByNode, shouldRun } from "../../model/placement.ts";
import type { NodeGoal, TemplateGoal } from "../../plan/node/goal.ts";
import { isSilent, outdatedNodes } from "../../plan/node/pin.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { FileGoal } from "../node/template.ts";
import type { NodeOptions } from "../node/options.ts";
import { prepare, type Prepared } from "../node/prepare.ts";
import { checkedGoal } from "../node/checked-goal.ts";
import { performGoal } from "../node/perform-goal.ts";
import { quietly } from "./quiet.ts";

/** What the DaemonSet is to become, made anew from what is there now. */
export type MakeTemplate = (prepared: Prepared) => Promise<FileGoal>;

/** What is left to do on nodes. */
export interface NodesLeft {
  readonly daemonSet: KubeObject | undefined;
  /** The DaemonSet itself is not as it is to be. */
  readonly template: boolean;
  /** To restart, in their order; silent ones are not among them (hazard H16). */
  readonly nodes: readonly string[];
  readonly silent: readonly string[];
}

export interface NodesDone {
  readonly code: number;
  readonly left: NodesLeft;
}

/** Looks at the nodes, and has rights and guards say whether they may be restarted; nothing is written. */
export async function lookAtNodes(
  connection: Connection,
  context: AppContext,
  options: Omit<NodeOptions, "nodes">,
  make: MakeTemplate,
  warn: (text: string) => void,
): Promise<NodesLeft & { readonly allowed: boolean }> {
  return await withPrepared(connection, context, options, async (prepared) => {
    const template = await make(prepared);
    const left = nodesLeft(prepared.live.snapshot(), template);
    if (!left.template && left.nodes.length === 0) return { ...left, allowed: true };
    const goal = await checkedGoal(prepared, context, { ...options, nodes: left.nodes }, template, warn);
    return { ...left, allowed: goal !== undefined };
  });
}

/** What is left to do, whoever may do it; nothing is written. */
export async function nodesToDo(
  connection: Connection,
  context: AppContext,
  options: Omit<NodeOptions, "nodes">,
  make: MakeTemplate,
): Promise<NodesLeft> {
  return await withPrepared(connection, context, options, async (prepared) =>
    nodesLeft(prepared.live.snapshot(), await make(prepared)),
  );
}

/** Template and nodes by the procedure of `node`. `quiet`: another format is the result. */
export async function doNodes(
  connection: Connection,
  context: AppContext,
  options: Omit<NodeOptions, "nodes">,
  make: MakeTemplate,
  quiet: boolean,
): Promise<NodesDone> {
  const heard = quietly(context, quiet);
  return await withPrepared(connection, context, options, async (prepared) => {
    const template = await make(prepared);
    const before = nodesLeft(prepared.live.snapshot(), template);
    if (!before.template && before.nodes.length === 0) return { code: 0, left: before };
    const own: NodeOptions = { ...options, nodes: before.nodes, output: { format: "table" } };
    // What it warned of was told before the question.
    const goal: NodeGoal | undefined = await checkedGoal(prepared, heard, own, template, () => undefined);
    if (goal === undefined) return { code: 1, left: before };
    const { code } = await performGoal(prepared, heard, own, goal);
    return { code, left: nodesLeft(prepared.live.snapshot(), await make(prepared)) };
  });
}

function nodesLeft(world: NodeWorld, template: TemplateGoal): NodesLeft {
  const live = world.daemonSet;
  if (live === undefined) return { daemonSet: undefined, template: false, nodes: [], silent: [] };
  const change = template.bringInLine(live.raw, live.facts.pinned !== undefined);
  const placed = podsByNode(world.pods, live.facts);
  const behind = change.template
    ? [...world.nodes.values()]
        .filter((node) => placed.has(node.name) || shouldRun(node, live.facts.template) === true)
        .map(({ name }) => name)
    : outdatedNodes(world);
  const held = live.facts.pinned !== undefined;
  return {
    daemonSet: live.raw,
    template: change.writes.length > 0 || held,
    nodes: behind.filter((node) => !isSilent(world, node)).toSorted(),
    silent: behind.filter((node) => isSilent(world, node)).toSorted(),
  };
}

async function withPrepared<T>(
  connection: Connection,
  context: AppContext,
  options: Omit<NodeOptions, "nodes">,
  work: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  try {
    return await work(await prepare(connection, context, options, abort.signal));
  } finally {
    abort.abort();
  }
}
