import Table from "cli-table3";
import { alignTabs } from "./tabwriter.ts";

/**
 * Rows as `kubectl get` prints them: no lines, three spaces between columns, each character as wide as
 * any other. A cell ends at its first line break, and a terminal escape shows as `^[`. Every line ends
 * with \n, and none with spaces. `atLeast`: widths of columns that were printed before.
 */
export function table(
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  atLeast: readonly number[] = [],
): string {
  const all = (head === undefined ? rows : [head, ...rows]).map((row) => row.map(cell));
  const widths = columnWidths(all, atLeast);
  return widths === undefined ? byCharacters(all, atLeast) : byLibrary(all, widths);
}

/** The library's time grows with the square of the rows: 5,000 at once take four seconds. */
const chunk = 100;

function byLibrary(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  let text = "";
  for (let at = 0; at < rows.length; at += chunk) {
    const part = new Table({
      chars: noLines,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
      colWidths: [...widths],
    });
    part.push(...rows.slice(at, at + chunk).map((row) => [...row]));
    text += `${part.toString()}\n`;
  }
  return withoutTrailing(text);
}

/** kubectl counts characters, the library what they take on a terminal: they differ beyond ASCII. */
function byCharacters(rows: readonly (readonly string[])[], atLeast: readonly number[]): string {
  return withoutTrailing(alignTabs(rows.map((row) => `${row.join("\t")}\n`).join(""), atLeast));
}

/** kubectl's columns take six places, the three between them included. */
const narrowest = 3;

/** undefined: some characters may not be one place wide. */
function columnWidths(
  rows: readonly (readonly string[])[],
  atLeast: readonly number[],
): readonly number[] | undefined {
  const widths = [...atLeast];
  for (const row of rows) {
    for (const [column, text] of row.entries()) {
      if (!/^[ -~]*$/.test(text)) return undefined;
      widths[column] = Math.max(widths[column] ?? narrowest, text.length);
    }
  }
  return widths;
}

function withoutTrailing(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/ +$/, ""))
    .join("\n");
}

const noLines = {
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
  middle: "   ",
};

/** What kubectl's table printer does to a cell; a tab would end it. */
export function cell(text: string): string {
  const end = text.search(/[\f\n\r]/);
  const shown = end === -1 ? text : `${text.slice(0, end)}...`;
  return shown.replaceAll("\u001B", "^[").replaceAll(/[\t\v]/g, " ");
}
