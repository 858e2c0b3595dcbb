/** As much of a terminal as the recorded programs use: text, colours, and a cursor that goes back up. */
export interface Style {
  readonly colour?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly style: Style;
}

const plain: Style = {};
/** SGR 30–37 and 90–97, readable on a dark ground. */
const colours = ["#6e7681", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#e6edf3"];

/** The lines that stand on the screen, scrolled-off ones included, after all of `recording`. */
export function screenAfter(recording: string, columns: number): Cell[][] {
  const lines: Cell[][] = [[]];
  let row = 0;
  let column = 0;
  let style = plain;
  const lineAt = (index: number): Cell[] => {
    while (lines.length <= index) lines.push([]);
    return lines[index] ?? [];
  };
  const put = (text: string): void => {
    if (column === columns) {
      row += 1;
      column = 0;
    }
    const line = lineAt(row);
    while (line.length < column) line.push({ text: " ", style: plain });
    line[column] = { text, style };
    column += 1;
  };
  const control = (final: string, given: string): void => {
    const numbers = given.split(";").map((part) => (part === "" ? undefined : Number(part)));
    const count = numbers[0] ?? 1;
    if (final === "A") row = Math.max(0, row - count);
    else if (final === "B") row += count;
    else if (final === "C") column = Math.min(columns, column + count);
    else if (final === "D") column = Math.max(0, column - count);
    else if (final === "G") column = count - 1;
    else if (final === "H") {
      row = count - 1;
      column = (numbers[1] ?? 1) - 1;
    } else if (final === "K") {
      const line = lineAt(row);
      if ((numbers[0] ?? 0) === 2) line.length = 0;
      else line.length = Math.min(line.length, column);
    } else if (final === "J" && numbers[0] === 2) lines.length = 0;
    else if (final === "J") {
      lineAt(row).length = Math.min(lineAt(row).length, column);
      lines.length = row + 1;
    } else if (final === "m") for (const number of numbers) style = styled(style, number ?? 0);
  };
  // oxlint-disable-next-line no-control-regex -- this is what a recording consists of
  const token = /\x1b\[\??([\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|\x1b[=>78]|([\s\S])/gu;
  for (const [, numbers, final, text] of recording.matchAll(token)) {
    if (final !== undefined) control(final, numbers ?? "");
    else if (text === "\n") row += 1;
    else if (text === "\r") column = 0;
    else if (text !== undefined && text >= " ") put(text);
    lineAt(row);
  }
  return lines;
}

function styled(style: Style, number: number): Style {
  const { colour: _none, ...uncoloured } = style;
  if (number === 0) return plain;
  if (number === 1) return { ...style, bold: true };
  if (number === 2) return { ...style, dim: true };
  if (number === 22) return style.colour === undefined ? plain : { colour: style.colour };
  if (number === 39) return uncoloured;
  const colour = colours[number >= 90 ? number - 90 : number - 30];
  return colour === undefined ? style : { ...style, colour };
}
