/** The first names, and how many more there are: a sentence stays readable. */
export function some(names: readonly string[], shown = 3): string {
  return names.length <= shown
    ? names.join(", ")
    : `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
}

export function isOrAre(names: readonly string[]): "is" | "are" {
  return names.length === 1 ? "is" : "are";
}
