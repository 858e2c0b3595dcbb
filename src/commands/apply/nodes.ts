import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { staleReaders } from "../../model/config-ledger.ts";
import type { KubeObject } from "../../model/kube.ts";
import { podsByNode, shouldRun } from "../../model/placement.ts";
import type { NodeGoal, TemplateGoal } from "../../plan/node/goal.ts";
import { isSilent, outdatedNodes } from "../../plan/node/pin.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { NodeRunResult } from "../../render/node-result.ts";
import type { FileGoal } from "../node/template.ts";
import type { NodeOptions } from "../node/options.ts";
import { prepare, type Prepared } from "../node/prepare.ts";
import { checkedGoal } from "../node/checked-goal.ts";
import { performGoal } from "../node/perform-goal.ts";
import { quietly } from "./quiet.ts";
import type { ConfigNote } from "./readers.ts";

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
  /** To restart although their pod is the newest: it started before values that it reads (hazard H25). */
  readonly stale: readonly string[];
}

export interface NodesDone {
  readonly code: number;
  readonly left: NodesLeft;
  /** What each run over some of them came to. */
  readonly results: readonly NodeRunResult[];
}

/** Looks at the nodes, and has rights and guards say whether they may be restarted; nothing is written. */
export async function lookAtNodes(
  connection: Connection,
  context: AppContext,
  options: Omit<NodeOptions, "nodes">,
  make: MakeTemplate,
  warn: (text: string) => void,
  notes: readonly ConfigNote[] = [],
): Promise<NodesLeft & { readonly allowed: boolean }> {
  return await withPrepared(connection, context, options, async (prepared) => {
    const template = await make(prepared);
    const left = nodesLeft(prepared.live.snapshot(), template, notes);
    const check = async (own: Partial<NodeOptions> & Pick<NodeOptions, "nodes">): Promise<boolean> =>
      (await checkedGoal(prepared, context, { ...options, ...own }, template, warn)) !== undefined;
    const first = left.template || left.nodes.length > 0;
    const allowed =
      (!first || (await check({ nodes: left.nodes }))) &&
      (left.stale.length === 0 || (await check({ nodes: left.stale, restart: true })));
    return { ...left, allowed };
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
  notes: readonly ConfigNote[] = [],
): Promise<NodesDone> {
  const heard = quietly(context, quiet);
  const done = await withPrepared(connection, context, options, async (prepared) => {
    const template = await make(prepared);
    const before = nodesLeft(prepared.live.snapshot(), template, notes);
    if (!before.template && before.nodes.length === 0) return { code: 0, left: before, results: [] };
    const own: NodeOptions = { ...options, nodes: before.nodes, output: { format: "table" } };
    // What it warned of was told before the question.
    const goal: NodeGoal | undefined = await checkedGoal(prepared, heard, own, template, () => undefined);
    if (goal === undefined) return { code: 1, left: before, results: [] };
    const { code, result } = await performGoal(prepared, heard, own, goal);
    const left = nodesLeft(prepared.live.snapshot(), await make(prepared), notes);
    return { code, left, results: [result] };
  });
  if (done.code !== 0 || done.left.stale.length === 0) return done;
  return await withPrepared(connection, heard, options, async (prepared) => {
    const { stale: nodes } = done.left;
    const own: NodeOptions = { ...options, nodes, restart: true, output: { format: "table" } };
    const goal = await checkedGoal(prepared, heard, own, undefined, () => undefined);
    if (goal === undefined) return { ...done, code: 1 };
    const { code, result } = await performGoal(prepared, heard, own, goal);
    const left = nodesLeft(prepared.live.snapshot(), await make(prepared), notes);
    return { code, left, results: [...done.results, result] };
  });
}

function nodesLeft(world: NodeWorld, template: TemplateGoal, notes: readonly ConfigNote[] = []): NodesLeft {
  const live = world.daemonSet;
  if (live === undefined) return { daemonSet: undefined, template: false, nodes: [], silent: [], stale: [] };
  const change = template.bringInLine(live.raw, live.facts.pinned !== undefined);
  const placed = podsByNode(world.pods, live.facts);
  const behind = change.template
    ? [...world.nodes.values()]
        .filter((node) => placed.has(node.name) || shouldRun(node, live.facts.template) === true)
        .map(({ name }) => name)
    : outdatedNodes(world);
  const held = live.facts.pinned !== undefined;
  const older = [...placed].flatMap(([node, [pod]]) => {
    const reads = notes.some(
      ({ ref, change: note }) =>
        pod !== undefined &&
        ref.namespace === live.facts.namespace &&
        staleReaders(pod, live.facts.template, ref.name, note).length > 0,
    );
    return reads && !behind.includes(node) ? [node] : [];
  });
  return {
    daemonSet: live.raw,
    template: change.writes.length > 0 || held,
    nodes: behind.filter((node) => !isSilent(world, node)).toSorted(),
    silent: [...behind, ...older].filter((node) => isSilent(world, node)).toSorted(),
    stale: older.filter((node) => !isSilent(world, node)).toSorted(),
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
