import type { DownSince } from "../../facts/down.ts";
import type { RolloutPace } from "../../facts/pace.ts";
import { gracefulRestart } from "../../model/graceful-restart.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import { plural } from "../../model/words.ts";
import { humanDuration } from "../duration.ts";
import { fittingTable } from "./fitting-table.ts";
import type { NodeStatus, UpgradeStatus } from "./kind.ts";
import { inOrder, noTrouble, troubleRank } from "./order.ts";
import type { StatusTableOptions } from "./print.ts";
import { nodeGrid } from "./tables.ts";

/** What only a screen that is looked at for a while shows. Lists are in the order of the DaemonSets. */
export interface LiveFacts {
  readonly down: DownSince;
  readonly paces: readonly (RolloutPace | undefined)[];
  /** What the run at work was begun with. */
  readonly commands: readonly (string | undefined)[];
  /** Why what is shown may be old. */
  readonly stale?: string;
}

export interface ScreenLook extends StatusTableOptions {
  readonly wide: boolean;
}

/** Of the last ones that are done. */
const shownDone = 3;

/** A node's row, and its note where that is on a line of its own. */
interface ScreenEntry {
  readonly lines: readonly string[];
  readonly node: NodeStatus;
}

export interface NodeLines {
  readonly head: readonly string[];
  readonly entries: readonly ScreenEntry[];
  /** How many of them, the first ones, have trouble or are at work. */
  readonly urgent: number;
  readonly widths: readonly number[];
}

export function nodeLines(
  status: UpgradeStatus,
  live: LiveFacts,
  look: ScreenLook,
  columns: number,
  widths: readonly number[],
): NodeLines {
  if (status.install.kind === "none") return { head: [], entries: [], urgent: 0, widths };
  const withGaps = { ...status, nodes: status.nodes.map((node) => withDown(node, status, live)) };
  const { nodes, urgent } = forScreen(inOrder(withGaps, look), look);
  const drawn = fittingTable(nodeGrid({ ...withGaps, nodes }, look.wide, look), columns, widths);
  return {
    head: look.noHeaders || nodes.length === 0 ? [] : [drawn.head],
    entries: nodes.map((node, index) => ({ node, lines: drawn.rows[index] ?? [] })),
    urgent,
    widths: drawn.widths,
  };
}

/** How long its calico-node has been down stands before all other notes. */
function withDown(node: NodeStatus, { cluster, daemonSets }: UpgradeStatus, { down }: LiveFacts): NodeStatus {
  const since = down.get(node.name);
  if (since === undefined) return node;
  const now = parseTime(cluster.observed) ?? 0;
  const set = daemonSets.find(({ namespace, name }) => `${namespace}/${name}` === node.daemonSet);
  const routes = set?.backend === "bird" || set?.backend === "gobgp" || set?.backend === "unknown";
  const text = `calico-node down for ${humanDuration(now - since)}${routes ? ` (budget ${humanDuration(gracefulRestart)})` : ""}`;
  return { ...node, notes: [{ id: "under-way", text }, ...node.notes] };
}

/** Trouble, then at work; of the others first the last ones that are done and then those that come next. */
function forScreen(
  status: UpgradeStatus,
  { sortBy = "" }: ScreenLook,
): { readonly nodes: readonly NodeStatus[]; readonly urgent: number } {
  if (sortBy !== "") return { nodes: status.nodes, urgent: 0 };
  const rank = troubleRank(status);
  const trouble = status.nodes.filter((node) => rank(node) < noTrouble);
  const others = status.nodes.filter((node) => rank(node) === noTrouble);
  const work = others.filter(isAtWork);
  const rest = others.filter((node) => !isAtWork(node));
  const urgent = trouble.length + work.length;
  const working = status.daemonSets.some(({ run }) => run?.state === "working");
  if (!working || !rest.some(({ todo }) => todo === true))
    return { nodes: [...trouble, ...work, ...rest], urgent };
  const done = rest.filter(isDone).toSorted((a, b) => made(b) - made(a));
  const open = rest.filter((node) => !isDone(node));
  return {
    nodes: [...trouble, ...work, ...done.slice(0, shownDone), ...open, ...done.slice(shownDone)],
    urgent,
  };
}

function isAtWork({ notes }: NodeStatus): boolean {
  return notes.some(({ id }) => id === "lease" || id === "under-way");
}

function isDone({ todo, pod }: NodeStatus): boolean {
  return todo === false && pod !== undefined;
}

function made({ pod }: NodeStatus): Millis {
  return parseTime(pod?.created) ?? 0;
}

/** As many rows as there is room for, and the others summed up. */
export function fittingNodes({ head, entries }: NodeLines, free: number): readonly string[] {
  if (height(entries) + head.length <= free) return [...head, ...entries.flatMap(({ lines }) => lines)];
  const shown: string[] = [...head].slice(0, Math.max(0, free - 1));
  let at = 0;
  for (; at < entries.length; at += 1) {
    const { lines } = entries[at] as ScreenEntry;
    if (shown.length + lines.length > free - 1) break;
    shown.push(...lines);
  }
  return [...shown, restLine(entries.slice(at).map(({ node }) => node))];
}

function restLine(nodes: readonly NodeStatus[]): string {
  const count = (of: (node: NodeStatus) => boolean, words: string): readonly string[] => {
    const found = nodes.filter(of).length;
    return found === 0 ? [] : [`${String(found)} ${words}`];
  };
  const kinds = [
    ...count(({ todo }) => todo === true, "to do"),
    ...count(isDone, "done"),
    ...count(({ todo }) => todo === "unknown", "unknown"),
    ...count((node) => node.todo === false && !isDone(node), "without calico-node"),
  ];
  return `... ${plural(nodes.length, "more node")}: ${kinds.join(", ")}`;
}

export function height(entries: readonly ScreenEntry[]): number {
  return entries.reduce((sum, { lines }) => sum + lines.length, 0);
}
