/** Names close to what was typed, by cobra's rule: at most two edits away, or beginning with it. */
export function suggest(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  return names.filter(
    (name) => distance(wanted, name.toLowerCase()) <= 2 || name.toLowerCase().startsWith(wanted),
  );
}

/** Flags close to a long name that none has. Names are short: two edits make `v` of `to`, so not more than a third. */
export function suggestFlags(typed: string, names: readonly string[]): string[] {
  return suggest(typed, names).filter(
    (name) => name.startsWith(typed) || distance(typed, name) * 3 <= typed.length,
  );
}

/** What cobra prints below a word that it does not know; "" where nothing is close. */
export function didYouMean(close: readonly string[]): string {
  return close.length === 0 ? "" : `\nDid you mean this?\n${close.map((each) => `\t${each}\n`).join("")}`;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= b.length; column += 1) {
      const substitute = (row[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
