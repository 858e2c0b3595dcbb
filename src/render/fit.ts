import stringWidth from "string-width";

/** Places that a text takes on a terminal, by the measure that cli-table3 cuts by. */
export function width(text: string): number {
  // Most of it, and the library would build its expression of all emoji for each text.
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/**
 * A line whose words all fit: one that is too long is broken, behind a mark inside it where there is one.
 * Nothing of it is lost but the number of its spaces.
 */
export function fitted(line: string, free: number): string {
  if (width(line) <= free) return line;
  return line
    .trim()
    .split(/\s+/)
    .map((word) => (width(word) <= free ? word : broken(word, free)))
    .join(" ");
}

/** Where a long word may end: a path, a list, a name. */
const mark = /[/,.:;=@_-]/;

function broken(word: string, free: number): string {
  const lines: string[] = [];
  let line: string[] = [];
  let taken = 0;
  for (const character of characters(word)) {
    const own = width(character);
    if (taken + own > free && line.length > 0) {
      const end = line.findLastIndex((each) => mark.test(each)) + 1;
      // A mark near the beginning would leave most of the line empty.
      const cut = end > line.length / 2 ? end : line.length;
      lines.push(line.slice(0, cut).join(""));
      line = line.slice(cut);
      taken = width(line.join(""));
    }
    line.push(character);
    taken += own;
  }
  return [...lines, line.join("")].join("\n");
}

/** What a reader takes for one character stays whole. */
function characters(word: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(word), ({ segment }) => segment);
}
