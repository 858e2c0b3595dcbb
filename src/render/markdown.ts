/** Longer than any fence in the lines themselves. */
export function fenced(lines: readonly string[], language: string): string {
  const inside = lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length);
  const fence = "`".repeat(Math.max(3, ...inside.map((length) => length + 1)));
  return `\n${fence}${language}\n${lines.join("\n")}\n${fence}\n`;
}

/** What Markdown would read as its own, in names of a cluster: marks, entities, and what begins a list or a line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]<>#|&~!]/g, (mark) => marks[mark] ?? `\\${mark}`)
    .replace(/^(\s*)([-+=])/, String.raw`$1\$2`)
    .replace(/^(\s*\d+)([.)])/, String.raw`$1\$2`);
}

const marks: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
