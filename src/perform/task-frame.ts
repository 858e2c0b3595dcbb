import { notReached, type Item } from "./task-item.ts";
import { visibleText } from "../model/visible.ts";

/** The marks before titles. partly: over, and something below it failed. */
export type TaskMark = "waiting" | "running" | "parent" | "done" | "skipped" | "failed" | "partly" | "output";

export interface FrameStyle {
  readonly mark: (mark: TaskMark) => string;
  /** Breaks each line of the text at `columns`. */
  readonly wrap: (text: string, columns: number) => string;
  readonly columns: number;
}

/** What is left out, one after the other, until a frame fits; the last one keeps what runs. */
const foldings = ["nothing", "done", "waiting", "older", "finished", "notices"] as const;
export type Folding = (typeof foldings)[number];

/** A line on the terminal; `current`: of what runs. */
interface FrameLine {
  readonly text: string;
  readonly current: boolean;
}

const indentation = 2;
/** Narrower than this a terminal shows nothing useful any more. */
const narrowest = 12;
/** So many of one kind in a row are counted and not shown. */
const fewest = 3;
/** So many of what is done last are shown as long as there is room. */
const lastDone = 3;

/** All lines of the list. */
export function wholeFrame(items: readonly Item[], style: FrameStyle): readonly string[] {
  return rowsOf(items, 0, style, 0).map(({ text }) => text);
}

/**
 * The list on `rows` lines. `from`: what the frame before left out; a list that folds and unfolds while it is read
 * would not be calm.
 */
export function fittingFrame(
  items: readonly Item[],
  style: FrameStyle,
  rows: number,
  from: Folding = "nothing",
): { readonly lines: readonly string[]; readonly folding: Folding } {
  let all: readonly FrameLine[] = [];
  for (let level = foldings.indexOf(from); level < foldings.length; level += 1) {
    all = rowsOf(items, 0, style, level);
    if (all.length <= rows)
      return { lines: all.map(({ text }) => text), folding: foldings[level] as Folding };
  }
  const last = all.findLastIndex(({ current }) => current);
  const end = Math.min(all.length, Math.max(rows, (last === -1 ? all.length : last + 1) + 1));
  const lines = all.slice(Math.max(0, end - rows), end).map(({ text }) => text);
  return { lines, folding: "notices" };
}

function rowsOf(
  items: readonly Item[],
  depth: number,
  style: FrameStyle,
  level: number,
): readonly FrameLine[] {
  const rows: FrameLine[] = [];
  for (let at = 0; at < items.length;) {
    const item = items[at] as Item;
    const run = level >= foldable(item) ? sameFrom(items, at) : 1;
    if (run < fewest) {
      rows.push(...itemRows(item, depth, style, level));
      at += 1;
      continue;
    }
    // The first that waits and the last that ended say where the list is.
    const whole = (of: readonly Item[]): readonly FrameLine[] =>
      of.flatMap((each) => itemRows(each, depth, style, level));
    if (item.state === "waiting")
      rows.push(...whole([item]), ...line(`${style.mark("waiting")} ${run - 1} more`, depth, style));
    else if (isNotReached(item))
      rows.push(
        ...whole([item]),
        ...line(`${style.mark("skipped")} ${run - 1} more: ${notReached}`, depth, style),
      );
    else {
      const kept = level >= foldings.indexOf("finished") ? 1 : Math.min(lastDone, run - fewest + 1);
      rows.push(
        ...line(`${style.mark("done")} ${run - kept} done`, depth, style),
        ...whole(items.slice(at + run - kept, at + run)),
      );
    }
    at += run;
  }
  return rows;
}

/** From which folding on several of these are counted. */
function foldable(item: Item): number {
  if (isNotReached(item)) return foldings.indexOf("nothing");
  if (item.state === "waiting") return foldings.indexOf("waiting");
  return isQuiet(item) ? foldings.indexOf("older") : Number.POSITIVE_INFINITY;
}

/** How many from here on wait, were not reached, or have ended well. */
function sameFrom(items: readonly Item[], at: number): number {
  const first = items[at] as Item;
  const same = (item: Item): boolean => {
    if (first.state === "waiting") return item.state === "waiting";
    if (isNotReached(first)) return isNotReached(item);
    return isQuiet(item) && !isNotReached(item) && !item.items.some(hasFailed);
  };
  const end = items.findIndex((item, index) => index > at && !same(item));
  return same(first) ? (end === -1 ? items.length : end) - at : 1;
}

/** Steps of one node, or a few nodes, are told one by one. */
function isNotReached({ state, title, items }: Item): boolean {
  return state === "skipped" && items.length > 0 && title.endsWith(`: ${notReached}`);
}

function isQuiet({ state }: Pick<Item, "state">): boolean {
  return state === "done" || state === "skipped";
}

function hasFailed({ state, items }: Item): boolean {
  return state === "failed" || items.some(hasFailed);
}

function itemRows(item: Item, depth: number, style: FrameStyle, level: number): readonly FrameLine[] {
  const below = item.open ? item.items : [];
  const title = level >= foldings.indexOf("notices") ? (item.title.split("\n")[0] ?? "") : item.title;
  const mark = markOf(item, below);
  const rows = [
    ...line(
      mark === undefined ? visibleText(title) : `${style.mark(mark)} ${visibleText(title)}`,
      depth,
      style,
    ),
  ];
  if (item.state === "running") {
    const output = item.output();
    if (output !== "") rows.push(...line(`${style.mark("output")} ${visibleText(output)}`, depth + 1, style));
  }
  const current = item.state === "running" && !below.some(({ state }) => state === "running");
  const hidden = isQuiet(item) && level >= foldings.indexOf("done") && !below.some(hasFailed);
  return [
    ...rows.map((row) => ({ ...row, current })),
    ...(hidden ? [] : rowsOf(below, depth + 1, style, level)),
  ];
}

function markOf({ state }: Item, below: readonly Item[]): TaskMark | undefined {
  if (state === "note") return undefined;
  if (state === "running") return below.length > 0 ? "parent" : "running";
  return state === "done" && below.some(hasFailed) ? "partly" : state;
}

/** Lines after the first stand below the title and not below its mark. */
function line(text: string, depth: number, { wrap, columns }: FrameStyle): readonly FrameLine[] {
  const left = depth * indentation;
  const width = Math.max(narrowest, columns - left - indentation);
  return text
    .split("\n")
    .flatMap((each) =>
      wrap(each, width)
        .split("\n")
        // The blank at which a line was broken.
        .map((piece, index) => (index === 0 ? piece : piece.trimStart()).trimEnd()),
    )
    .map((each, index) => ({
      text: " ".repeat(left + (index === 0 ? 0 : indentation)) + each,
      current: false,
    }))
    .filter((row) => row.text.trim() !== "");
}
