import { cell, table } from "../table.ts";
import { columnWidth } from "../tabwriter.ts";
import type { Grid } from "./tables.ts";

export interface FittingTable {
  readonly head: string;
  /** Of each row. */
  readonly rows: readonly (readonly string[])[];
  readonly widths: readonly number[];
}

/**
 * A table whose columns fit: a NOTE that does not stands on a line below its row, and columns at the right that do not
 * are left out.
 */
export function fittingTable(
  { head, rows }: Grid,
  columns: number,
  atLeast: readonly number[] = [],
): FittingTable {
  const widths = [head, ...rows].reduce<readonly number[]>(
    (most, row) => row.map((text, column) => Math.max(most[column] ?? 0, Array.from(cell(text)).length)),
    atLeast,
  );
  const places = (kept: readonly number[]): number =>
    kept.reduce((sum, column, at) => {
      const own = widths[column] ?? 0;
      return sum + (at === kept.length - 1 ? own : columnWidth(own));
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
