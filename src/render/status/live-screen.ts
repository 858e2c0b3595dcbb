import type { RolloutPace } from "../../facts/pace.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import { plural } from "../../model/words.ts";
import { bar } from "../bar.ts";
import { humanDuration } from "../duration.ts";
import { width } from "../fit.ts";
import { wrapped } from "../text-table.ts";
import { fittingTable } from "./fitting-table.ts";
import type { DaemonSetStatus, UpgradeStatus } from "./kind.ts";
import { fittingNodes, height, nodeLines, type LiveFacts, type ScreenLook } from "./live-nodes.ts";
import { labelWidth, summaryRows, type SummaryRow } from "./summary.ts";
import { componentGrid } from "./tables.ts";

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
/** 0: everything. 1: nodes are summed up. 2: without components and what the cluster is. 3: only the upgrade. */
const lastFolding = 3;

/** So many nodes have a row of their own in any case, so that a node more at work moves nothing. */
const fewestRows = 4;

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
  const commands = forEach((set, index) => commandText(set, live.commands[index], now, columns)).flatMap(
    (text) => text.split("\n"),
  );
  const rowLines = (label: string, lines: readonly string[]): readonly string[] => {
    if (label === "Run" && commands.length > 0) return commands;
    return label === "Upgrade" ? [...bars, ...(folding < 1 ? lines : [])] : lines;
  };
  const rows = new Map(
    summaryRows(status, look.flags ?? []).map(([label, lines]) => [label, rowLines(label, lines)]),
  );
  if (live.stale !== undefined) rows.set("Stale", [live.stale]);
  return Object.entries(order)
    .filter(([, until]) => folding < until)
    .map(([label]) => [label, rows.get(label) ?? []]);
}

/** A command that is too long for the rest of the line has one of its own, to be copied. */
function commandText(
  { run }: DaemonSetStatus,
  command: string | undefined,
  now: Millis,
  columns: number,
): string | undefined {
  if (run?.state !== "working" || command === undefined) return undefined;
  const renewed = parseTime(run.renewed);
  const seen = renewed === undefined ? "" : ` (seen ${humanDuration(now - renewed)} ago)`;
  const who = `${run.holder ?? ""}${seen} runs`;
  return `${who}${labelWidth + width(who) + 1 + width(command) > columns ? "\n" : " "}${command}`;
}

function progressLine({ nodes }: DaemonSetStatus, pace: RolloutPace | undefined, columns: number): string {
  const { updated, total } = nodes;
  const quick =
    pace === undefined
      ? ""
      : `, ${humanDuration(pace.perNode)} a node, about ${humanDuration(pace.left)} left`;
  return `${bar(updated, total, columns < 100 ? 20 : 40)} ${String(updated)}/${plural(total, "node")}${quick}`;
}

/** Text behind a label, wrapped; a word that is still too long is cut into lines and not off. */
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
