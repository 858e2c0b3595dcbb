import type { DownSince } from "../../facts/down.ts";
import type { RolloutPace } from "../../facts/pace.ts";
import { gracefulRestart } from "../../model/graceful-restart.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import { plural } from "../../model/words.ts";
import { bar } from "../bar.ts";
import { humanDuration } from "../duration.ts";
import { width } from "../fit.ts";
import { cell, table } from "../table.ts";
import { wrapped } from "../text-table.ts";
import type { DaemonSetStatus, NodeStatus, UpgradeStatus } from "./kind.ts";
import { inOrder, noTrouble, troubleRank } from "./order.ts";
import type { StatusTableOptions } from "./print.ts";
import { labelWidth, summaryRows, type SummaryRow } from "./summary.ts";
import { componentGrid, nodeGrid, type Grid } from "./tables.ts";

/** What only a screen that is looked at for a while shows. Lists are in the order of the DaemonSets. */
export interface LiveFacts {
  readonly down: DownSince;
  readonly paces: readonly (RolloutPace | undefined)[];
  /** What the run at work was begun with. */
  readonly commands: readonly (string | undefined)[];
  /** Why what is shown may be old. */
  readonly stale?: string;
}

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** What the next frame takes over, so that nothing jumps while it is read. */
export interface ScreenMemory {
  readonly size: ScreenSize;
  readonly folding: number;
  /** Of the columns of nodes. */
  readonly widths: readonly number[];
}

export interface ScreenLook extends StatusTableOptions {
  readonly wide: boolean;
}

/** Most important first; from which folding on each is left out. */
const order: Readonly<Record<string, number>> = {
  Stale: 4,
  Upgrade: 4,
  Run: 4,
  Wrong: 4,
  Unknown: 4,
  Pinned: 3,
  Cluster: 3,
  Install: 2,
  Datastore: 2,
  Network: 2,
  Edited: 2,
  Windows: 2,
};
/** As `tabwriter.ts` makes columns. */
const tabwriterPadding = 3;
const tabwriterMinimum = 6;

/** 0: everything. 1: nodes are summed up. 2: without components and what the cluster is. 3: only the upgrade. */
const lastFolding = 3;

/** So many nodes have a row of their own in any case, so that a node more at work moves nothing. */
const fewestRows = 4;
/** Of the last ones that are done. */
const shownDone = 3;

/** The whole on one screen: nothing scrolls, nodes with trouble first, then those at work, the rest summed up. */
export function screenFrame(
  status: UpgradeStatus,
  live: LiveFacts,
  look: ScreenLook,
  size: ScreenSize,
  before?: ScreenMemory,
): { readonly lines: readonly string[]; readonly memory: ScreenMemory } {
  // The cursor stands on a line of its own.
  const rows = Math.max(1, size.rows - 1);
  const resized = before?.size.rows !== size.rows || before.size.columns !== size.columns;
  const nodes = nodeLines(status, live, look, size.columns, resized ? [] : before.widths);
  const all = height(nodes.entries) + nodes.head.length;
  const least =
    nodes.head.length +
    Math.min(height(nodes.entries), 1 + Math.max(fewestRows, height(nodes.entries.slice(0, nodes.urgent))));
  let folding = resized ? 0 : before.folding;
  let above = linesAbove(status, live, look, size.columns, folding);
  while (folding < lastFolding && above.length + (folding === 0 ? all : least) > rows) {
    folding += 1;
    above = linesAbove(status, live, look, size.columns, folding);
  }
  const free = Math.max(1, rows - Math.min(least, Math.max(3, Math.floor(rows / 2))));
  const shown =
    above.length <= free || above.length + least <= rows
      ? above
      : [...above.slice(0, free - 1), `... ${plural(above.length - free + 1, "more line")}`];
  return {
    lines: [...shown, ...fittingNodes(nodes, rows - shown.length)].slice(0, rows),
    memory: { size, folding, widths: nodes.widths },
  };
}

function linesAbove(
  status: UpgradeStatus,
  live: LiveFacts,
  look: ScreenLook,
  columns: number,
  folding: number,
): readonly string[] {
  if (look.noHeaders) return [];
  const summary = liveRows(status, live, look, columns, folding).flatMap(([label, lines]) =>
    lines.flatMap((line, index) => broken(index === 0 ? `${label}:` : "", line, columns)),
  );
  const grid = componentGrid(status.components, look.wide);
  const shown = folding < 2 && status.install.kind !== "none" && grid.rows.length > 0;
  const { head, rows } = fittingTable(grid, columns);
  const hasNodes = status.nodes.length > 0 && status.install.kind !== "none";
  return [...summary, ...(shown ? ["", head, ...rows.flat()] : []), ...(hasNodes ? [""] : [])];
}

function liveRows(
  status: UpgradeStatus,
  live: LiveFacts,
  look: ScreenLook,
  columns: number,
  folding: number,
): readonly SummaryRow[] {
  const now = parseTime(status.cluster.observed) ?? 0;
  const { daemonSets } = status;
  const forEach = (say: (set: DaemonSetStatus, index: number) => string | undefined): readonly string[] =>
    daemonSets.flatMap((set, index) => {
      const said = say(set, index);
      if (said === undefined) return [];
      return daemonSets.length === 1 ? [said] : [`${set.namespace}/${set.name}: ${said}`];
    });
  const bars = forEach((set, index) => progressLine(set, live.paces[index], columns));
  const commands = forEach((set, index) => commandLine(set, live.commands[index], now));
  const told = (label: string, lines: readonly string[]): readonly string[] => {
    if (label === "Run" && commands.length > 0) return commands;
    return label === "Upgrade" ? [...bars, ...(folding < 1 ? lines : [])] : lines;
  };
  const rows = new Map(
    summaryRows(status, look.flags ?? []).map(([label, lines]) => [label, told(label, lines)]),
  );
  if (live.stale !== undefined) rows.set("Stale", [live.stale]);
  return Object.entries(order)
    .filter(([, until]) => folding < until)
    .map(([label]) => [label, rows.get(label) ?? []]);
}

function commandLine({ run }: DaemonSetStatus, command: string | undefined, now: Millis): string | undefined {
  if (run?.state !== "working" || command === undefined) return undefined;
  const renewed = parseTime(run.renewed);
  const seen = renewed === undefined ? "" : ` (seen ${humanDuration(now - renewed)} ago)`;
  return `${run.holder ?? ""}${seen} runs ${command}`;
}

function progressLine({ nodes }: DaemonSetStatus, pace: RolloutPace | undefined, columns: number): string {
  const { updated, total } = nodes;
  const quick =
    pace === undefined
      ? ""
      : `, ${humanDuration(pace.perNode)} a node, about ${humanDuration(pace.left)} left`;
  return `${bar(updated, total, columns < 100 ? 20 : 40)} ${String(updated)}/${plural(total, "node")}${quick}`;
}

/** Text behind a label, wrapped; what is still too long, a command, is cut into lines and not off. */
function broken(label: string, line: string, columns: number): readonly string[] {
  const indented = /^ */.exec(line)?.[0] ?? "";
  const lines = wrapped(
    `${label.padEnd(labelWidth)}${indented}`,
    line.slice(indented.length),
    columns,
  ).trimEnd();
  return lines.split("\n").flatMap((each) => {
    if (width(each) <= columns) return [each];
    const free = Math.max(1, columns - labelWidth);
    const pieces: string[] = [];
    for (let rest = each.trimStart(); rest !== "";) {
      const blank = rest.length > free ? rest.lastIndexOf(" ", free) : -1;
      const end = blank > 0 ? blank : Math.min(free, rest.length);
      pieces.push(" ".repeat(columns - free) + rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    return pieces;
  });
}

/** A node's row, and its note where that is on a line of its own. */
interface ScreenEntry {
  readonly lines: readonly string[];
  readonly node: NodeStatus;
}

interface NodeLines {
  readonly head: readonly string[];
  readonly entries: readonly ScreenEntry[];
  /** How many of them, the first ones, have trouble or are at work. */
  readonly urgent: number;
  readonly widths: readonly number[];
}

function nodeLines(
  status: UpgradeStatus,
  live: LiveFacts,
  look: ScreenLook,
  columns: number,
  widths: readonly number[],
): NodeLines {
  if (status.install.kind === "none") return { head: [], entries: [], urgent: 0, widths };
  const told = { ...status, nodes: status.nodes.map((node) => withDown(node, status, live)) };
  const { nodes, urgent } = forScreen(inOrder(told, look), look);
  const drawn = fittingTable(nodeGrid({ ...told, nodes }, look.wide, look), columns, widths);
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
function fittingNodes({ head, entries }: NodeLines, free: number): readonly string[] {
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

interface FittingTable {
  readonly head: string;
  /** Of each row. */
  readonly rows: readonly (readonly string[])[];
  readonly widths: readonly number[];
}

/**
 * A table whose columns fit: a NOTE that does not stands on a line below its row, and columns at the right that do not
 * are left out.
 */
function fittingTable({ head, rows }: Grid, columns: number, atLeast: readonly number[] = []): FittingTable {
  const widths = [head, ...rows].reduce<readonly number[]>(
    (most, row) => row.map((text, column) => Math.max(most[column] ?? 0, Array.from(cell(text)).length)),
    atLeast,
  );
  const places = (kept: readonly number[]): number =>
    kept.reduce((sum, column, at) => {
      const own = widths[column] ?? 0;
      return sum + (at === kept.length - 1 ? own : Math.max(tabwriterMinimum, own + tabwriterPadding));
    }, 0);
  const note = head.indexOf("NOTE");
  let kept = head.map((_, column) => column);
  const whole = places(kept) <= columns;
  if (!whole) kept = kept.filter((column) => column !== note);
  while (kept.length > 1 && places(kept) > columns) kept = kept.slice(0, -1);
  const pick = <T>(row: readonly T[]): readonly T[] =>
    kept.flatMap((column) => row.slice(column, column + 1));
  const drawn = table(pick(head), rows.map(pick), pick(widths)).trimEnd().split("\n");
  return {
    head: drawn[0] ?? "",
    rows: rows.map((row, index) => {
      const below = whole ? "" : cell(row[note] ?? "");
      const line = drawn[index + 1] ?? "";
      return below === "" ? [line] : [line, `  ${below}`];
    }),
    widths,
  };
}

function height(entries: readonly ScreenEntry[]): number {
  return entries.reduce((sum, { lines }) => sum + lines.length, 0);
}
