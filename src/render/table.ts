import Table from "cli-table3";

/**
 * Rows as `kubectl get` prints them: no lines, three spaces between columns, no trailing spaces. A
 * cell ends at its first line break, and a terminal escape shows as `^[`. Every line ends with \n.
 * `atLeast`: widths of columns that were printed before.
 */
export function table(
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  atLeast: readonly number[] = [],
): string {
  const all = (head === undefined ? rows : [head, ...rows]).map((row) => row.map(cell));
  if (all.length === 0) return "";
  const widths = columnWidths(all, atLeast);
  // The library's time grows with the square of the rows: 5,000 at once take four seconds.
  const chunk = widths === undefined ? all.length : 100;
  let text = "";
  for (let at = 0; at < all.length; at += chunk) text += part(all.slice(at, at + chunk), widths);
  return text;
}

function part(rows: readonly string[][], widths: number[] | undefined): string {
  const made = new Table({
    chars: noLines,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    ...(widths === undefined ? {} : { colWidths: widths }),
  });
  made.push(...rows);
  const lines = made.toString().split("\n");
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** undefined: some characters may be wider than one place, and the library has to measure them. */
function columnWidths(rows: readonly string[][], atLeast: readonly number[]): number[] | undefined {
  const widths = [...atLeast];
  for (const row of rows) {
    for (const [column, text] of row.entries()) {
      const last = column === row.length - 1;
      if (!last && !/^[ -~]*$/.test(text)) return undefined;
      widths[column] = Math.max(widths[column] ?? 1, last ? text.length * 2 : text.length);
    }
  }
  return widths;
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

/** What kubectl's table printer does to a cell. */
export function cell(text: string): string {
  const end = text.search(/[\f\n\r]/);
  const shown = end === -1 ? text : `${text.slice(0, end)}...`;
  return shown.replaceAll("\u001B", "^[");
}
