import { alignTabs } from "./tabwriter.ts";
import { visible } from "../model/visible.ts";

/**
 * Rows as `kubectl get` prints them: no lines, three spaces between columns, each character as wide as
 * any other. A cell ends at its first line break, and nothing in it commands the terminal. Every line ends
 * with \n, and none with spaces. `atLeast`: widths of columns that were printed before.
 */
export function table(
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  atLeast: readonly number[] = [],
): string {
  const all = head === undefined ? rows : [head, ...rows];
  const text = alignTabs(all.map((row) => `${row.map(cell).join("\t")}\n`).join(""), atLeast);
  return text.replaceAll(/(?<! ) +$/gm, "");
}

/** What kubectl's table printer does to a cell; a tab would end it. */
export function cell(text: string): string {
  const end = text.search(/[\f\n\r]/);
  const shown = end === -1 ? text : `${text.slice(0, end)}...`;
  return visible(shown.replaceAll(/[\t\v]/g, " "));
}
