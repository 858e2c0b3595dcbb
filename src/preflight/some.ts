export { some } from "../model/words.ts";

export function isOrAre(names: readonly string[]): "is" | "are" {
  return names.length === 1 ? "is" : "are";
}
