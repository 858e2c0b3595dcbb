import Table from "cli-table3";
import { fitted, width } from "./fit.ts";
import { cell, table } from "./table.ts";
import type { TextBlock } from "../model/text-block.ts";
import { visible } from "../model/visible.ts";

/** Places in a line of the terminal; 0 where it does not say, undefined: it is none. Then nothing is wrapped. */
export type Columns = number | undefined;

/** Three spaces apart, as kubectl's columns. */
const gap = 3;

/**
 * Rows whose cells are text, wrapped to the terminal: what is short stays whole, and long texts share the rest. Where
 * columns would be too narrow to read, each row is a list of its fields. Elsewhere than on a terminal a row is one line
 * (`table`). No cell breaks out of its place; every line ends with \n, and none with spaces.
 */
export function textTable(
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  columns: Columns,
): string {
  if (columns === undefined || columns === 0) return table(head, rows);
  const all = (head === undefined ? rows : [head, ...rows]).map((row) => row.map(cell));
  const count = Math.max(0, ...all.map((row) => row.length));
  const free = columns - gap * (count - 1);
  const widths = shared(all, count, free, longWord);
  if (sum(widths) <= free) return all.map((row) => drawn(row, widths)).join("");
  if (head !== undefined) return rows.map((row) => textTable(undefined, zip(head, row), columns)).join("\n");
  const squeezed = shared(all, count, free, narrowest);
  return all.map((row) => drawn(row, squeezed)).join("");
}

/**
 * A line of text behind a label: it is wrapped to the terminal, and goes on below its beginning, `hanging` places
 * further in. A word by itself, such as an address, stays in one piece; commands to paste have lines of their own, which
 * are not wrapped. With its \n.
 */
export function wrapped(label: string, from: string, columns: Columns, hanging = 0): string {
  const text = visible(from);
  const indent = width(label) + hanging;
  if (columns === undefined || columns === 0 || width(label) + width(text) <= columns || !text.includes(" "))
    return `${label}${text}\n`;
  const [first = "", ...more] = drawn([text], [Math.max(narrow, columns - indent)])
    .trimEnd()
    .split("\n");
  return [`${label}${first}`, ...more.map((line) => `${" ".repeat(indent)}${line}`), ""].join("\n");
}

/** Blocks of text, wrapped to the terminal. */
export function wrappedBlocks(blocks: readonly TextBlock[], columns: Columns): string {
  return blocks
    .map((block) =>
      "rows" in block
        ? textTable(block.head, block.rows, columns)
        : wrapped(block.label, block.text, columns, block.hanging),
    )
    .join("");
}

/** A column is not squeezed below a fourth of its widest text, as far as that is between these. */
const narrowest = 10;
const narrow = 16;

/** Nor is a word broken for being this long. */
const longWord = 24;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Widths of columns, as wide as what stands in them; where that is more than `free`, the wide ones share what is left.
 * Words of up to `longest` are not broken for it.
 */
function shared(
  rows: readonly (readonly string[])[],
  count: number,
  free: number,
  longest: number,
): readonly number[] {
  const bounds = Array.from({ length: count }, (_, column): Bounds => {
    const texts = rows.map((row) => row[column] ?? "");
    // cli-table3 draws no column narrower than one.
    const most = Math.max(1, widest(texts));
    const word = widest(texts.flatMap((text) => text.split(/[\s,]+/)));
    const readable = Math.min(narrow, longest, Math.max(narrowest, Math.round(most / 4)));
    return { most, least: Math.min(most, Math.max(readable, Math.min(word, longest))) };
  });
  const at = (level: number): readonly number[] =>
    bounds.map(({ least, most }) => Math.min(most, Math.max(least, level)));
  let level = free;
  while (level > 0 && sum(at(level)) > free) level -= 1;
  return at(level);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, width(text)), 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function zip(head: readonly string[], row: readonly string[]): readonly (readonly string[])[] {
  return head.map((name, column) => [name, row[column] ?? ""]);
}

/** A table for each row: what cli-table3 takes for one grows with the square of its rows. */
function drawn(row: readonly string[], widths: readonly number[]): string {
  const drawing = new Table({
    chars: noBorders,
    style: { "padding-left": 0, "padding-right": gap, head: [], border: [] },
    colWidths: widths.map((each) => each + gap),
    wordWrap: true,
  });
  drawing.push(widths.map((each, column) => fitted(row[column] ?? "", each)));
  return `${drawing.toString()}\n`.replaceAll(/(?<! ) +$/gm, "");
}

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;
