import type { Item } from "./task-item.ts";
import { visibleText } from "../model/visible.ts";

/** The marks before titles. partly: over, and something below it failed. */
export type Mark = "waiting" | "running" | "parent" | "done" | "skipped" | "failed" | "partly" | "output";

export interface FrameStyle {
  readonly mark: (mark: Mark) => string;
  /** Breaks each line of the text at `columns`. */
  readonly wrap: (text: string, columns: number) => string;
  readonly columns: number;
}

/** What is left out, one after the other, until a frame fits; the last one keeps what runs. */
const foldings = ["nothing", "done", "waiting", "finished", "notices"] as const;
export type Folding = (typeof foldings)[number];

/** A line on the terminal; `current`: of what runs. */
interface Row {
  readonly text: string;
  readonly current: boolean;
}

const indentation = 2;
/** Narrower than this a terminal shows nothing useful any more. */
const narrowest = 12;
/** So many of one kind in a row are counted and not shown. */
const fewest = 3;

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
  let all: readonly Row[] = [];
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

function rowsOf(items: readonly Item[], depth: number, style: FrameStyle, level: number): readonly Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < items.length;) {
    const item = items[at] as Item;
    const run = level >= foldable(item) ? sameFrom(items, at) : 1;
    if (run < fewest) {
      rows.push(...itemRows(item, depth, style, level));
      at += 1;
      continue;
    }
    // The first that waits and the last that ended say where the list is.
    const last = items[at + run - 1] as Item;
    const text =
      item.state === "waiting"
        ? `${style.mark("waiting")} ${run - 1} more`
        : `${style.mark("done")} ${run - 1} done`;
    const folded = line(text, depth, style);
    rows.push(
      ...(item.state === "waiting"
        ? [...itemRows(item, depth, style, level), ...folded]
        : [...folded, ...itemRows(last, depth, style, level)]),
    );
    at += run;
  }
  return rows;
}

/** From which folding on several of these are counted. */
function foldable({ state }: Item): number {
  if (state === "waiting") return foldings.indexOf("waiting");
  return isQuiet({ state }) ? foldings.indexOf("finished") : Number.POSITIVE_INFINITY;
}

/** How many from here on wait, or have ended well. */
function sameFrom(items: readonly Item[], at: number): number {
  const first = items[at] as Item;
  const same = ({ state, items: below }: Item): boolean =>
    first.state === "waiting" ? state === "waiting" : isQuiet({ state }) && !below.some(hasFailed);
  const end = items.findIndex((item, index) => index > at && !same(item));
  return same(first) ? (end === -1 ? items.length : end) - at : 1;
}

function isQuiet({ state }: Pick<Item, "state">): boolean {
  return state === "done" || state === "skipped";
}

function hasFailed({ state, items }: Item): boolean {
  return state === "failed" || items.some(hasFailed);
}

function itemRows(item: Item, depth: number, style: FrameStyle, level: number): readonly Row[] {
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

function markOf({ state }: Item, below: readonly Item[]): Mark | undefined {
  if (state === "note") return undefined;
  if (state === "running") return below.length > 0 ? "parent" : "running";
  return state === "done" && below.some(hasFailed) ? "partly" : state;
}

/** Lines after the first stand below the title and not below its mark. */
function line(text: string, depth: number, { wrap, columns }: FrameStyle): readonly Row[] {
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
