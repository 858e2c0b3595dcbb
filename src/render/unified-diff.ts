/** Lines around a change, as `diff -u` shows them. */
const context = 3;

/** Beyond so many pairs of lines the middle is shown as replaced: nobody reads it line by line. */
const tooLarge = 4_000_000;

type DiffLine = { readonly sign: " " | "-" | "+"; readonly line: string };

/** A unified diff of two texts, as `diff -u` prints it after its two headings; "" when they are equal. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return "";
  const edits = editsOf(linesOf(before), linesOf(after));
  const shown = edits.map((_edit, at) =>
    edits.slice(Math.max(0, at - context), at + context + 1).some(({ sign }) => sign !== " "),
  );
  let text = "";
  let old = 1;
  let fresh = 1;
  for (let at = 0; at < edits.length;) {
    if (shown[at] !== true) {
      old += 1;
      fresh += 1;
      at += 1;
      continue;
    }
    const end = shown.indexOf(false, at);
    const hunk = edits.slice(at, end === -1 ? edits.length : end);
    const removed = hunk.filter(({ sign }) => sign !== "+").length;
    const added = hunk.filter(({ sign }) => sign !== "-").length;
    text += `@@ -${span(old, removed)} +${span(fresh, added)} @@\n`;
    text += hunk.map(({ sign, line }) => `${sign}${line}\n`).join("");
    old += removed;
    fresh += added;
    at += hunk.length;
  }
  return text;
}

function span(start: number, count: number): string {
  if (count === 1) return String(start);
  return `${String(count === 0 ? start - 1 : start)},${String(count)}`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function editsOf(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  const same = (lines: readonly string[]): readonly DiffLine[] => lines.map((line) => ({ sign: " ", line }));
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

/** By the longest common subsequence; removed lines come before added ones. */
function middle(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const replaced: readonly DiffLine[] = [
    ...before.map((line): DiffLine => ({ sign: "-", line })),
    ...after.map((line): DiffLine => ({ sign: "+", line })),
  ];
  if (before.length * after.length > tooLarge) return replaced;
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      edits.push({ sign: " ", line: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ sign: "-", line: old });
      i += 1;
    } else if (fresh !== undefined) {
      edits.push({ sign: "+", line: fresh });
      j += 1;
    }
  }
  return edits;
}
