/** `1 node`, `2 nodes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** Names in a sentence: the first of them, and how many more there are. */
export function some(names: readonly string[], shown = 3): string {
  return names.length <= shown
    ? names.join(", ")
    : `${names.slice(0, shown).join(", ")} and ${String(names.length - shown)} more`;
}

export function isOrAre(names: readonly string[]): "is" | "are" {
  return names.length === 1 ? "is" : "are";
}
