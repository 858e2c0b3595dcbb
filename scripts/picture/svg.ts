import type { Cell, Style } from "./screen.ts";

const cell = { width: 7.8, height: 18 };
const margin = 14;

/** The lines as a picture of a terminal. */
export function svgOf(lines: readonly (readonly Cell[])[], title: string): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = Math.ceil(lines.length * cell.height + 2 * margin);
  const rows = lines.flatMap((line, index) => {
    const y = margin + (index + 0.75) * cell.height;
    return runs(line).map(({ at, text, style }) => {
      const x = (margin + at * cell.width).toFixed(1);
      // textLength keeps the columns straight whichever font the reader has.
      const length = (text.length * cell.width).toFixed(1);
      return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}"${attributes(style)}>${escape(text)}</text>`;
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="#c9d1d9" xml:space="preserve" style="white-space: pre">
${rows.join("\n")}
</g>
</svg>
`;
}

interface Run {
  readonly at: number;
  readonly text: string;
  readonly style: Style;
}

/** Neighbouring cells of one style; blanks at the ends of a line are left out. */
function runs(line: readonly Cell[]): Run[] {
  const found: Run[] = [];
  line.forEach(({ text, style }, at) => {
    const last = found.at(-1);
    if (last !== undefined && JSON.stringify(last.style) === JSON.stringify(style)) {
      found[found.length - 1] = { ...last, text: last.text + text };
    } else found.push({ at, text, style });
  });
  return found
    .map((run) => {
      const lead = run.text.length - run.text.trimStart().length;
      return { ...run, at: run.at + lead, text: run.text.trim() };
    })
    .filter(({ text }) => text !== "");
}

function attributes({ colour, bold, dim }: Style): string {
  return [
    colour === undefined ? "" : ` fill="${colour}"`,
    bold === true ? ' font-weight="bold"' : "",
    dim === true ? ' opacity="0.65"' : "",
  ].join("");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
