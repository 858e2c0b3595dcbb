/** Columns as kubectl's tabwriter makes them: three spaces apart, six places wide at least. */
const padding = 3;
const minimum = 6;

/** Places that a column takes whose widest cell is this wide; the last one of a line has none behind it. */
export function columnWidth(widest: number): number {
  return Math.max(minimum, widest + padding);
}

/**
 * Text whose cells end with a tab, in aligned columns. A cell's width is its number of characters,
 * however wide a terminal shows them; the last cell of a line belongs to no column. A line without a
 * tab ends the columns above it, and a form feed does; the columns below are no narrower.
 * `atLeast`: how wide the widest cells of columns printed before were.
 */
export function alignTabs(text: string, atLeast: readonly number[] = []): string {
  const remembered = atLeast.map((width) => width + padding);
  let written = "";
  let lines: string[][] = [[]];
  for (const [, cell = "", end = ""] of text.matchAll(/([^\t\v\n\f]*)([\t\v\n\f]|$)/g)) {
    const line = lines.at(-1) ?? [];
    if (cell !== "" || end !== "") line.push(cell);
    if (end !== "\n" && end !== "\f") continue;
    lines.push([]);
    if (end === "\n" && line.length > 1) continue;
    written += format(lines, remembered);
    lines = [[]];
  }
  return written + format(lines, remembered);
}

function format(lines: readonly (readonly string[])[], remembered: number[]): string {
  const written: string[] = [];

  function write(from: number, to: number, widths: readonly number[]): void {
    for (const line of lines.slice(from, to))
      written.push(line.map((cell, column) => padded(cell, widths[column] ?? 0)).join(""));
  }

  /** Lines that follow one another and have a cell in the next column share its width. */
  function block(from: number, to: number, widths: readonly number[]): void {
    const column = widths.length;
    const has = (at: number): boolean => column < (lines[at] ?? []).length - 1;
    let done = from;
    for (let at = from; at < to; at += 1) {
      if (!has(at)) continue;
      write(done, at, widths);
      done = at;
      let width = Math.max(minimum, remembered[column] ?? 0);
      for (; at < to && has(at); at += 1) width = Math.max(width, runes(lines[at]?.[column] ?? "") + padding);
      remembered[column] = width;
      block(done, at, [...widths, width]);
      done = at;
    }
    write(done, to, widths);
  }

  block(0, lines.length, []);
  return written.join("\n");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - runes(cell)));
}

function runes(text: string): number {
  return /[\uD800-\uDBFF]/.test(text) ? Array.from(text).length : text.length;
}
