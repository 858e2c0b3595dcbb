import { userError } from "../errors.ts";
import { program } from "../model/program.ts";
import { categories } from "../preflight/categories.ts";
import { allPages } from "../render/explain/pages.ts";

/** What --ignore-preflight-errors names; a slip must not look like a decision. */
export function ignoredIds(given: readonly string[]): ReadonlySet<string> {
  return idsIn(given, "--ignore-preflight-errors", ["all"]);
}

/** Ids of rules and letters of their categories, as a flag names them. */
export function idsIn(
  given: readonly string[],
  flag: string,
  words: readonly string[] = [],
): ReadonlySet<string> {
  const known = new Set([...allPages().map(({ id }) => id), ...words]);
  const ids = given
    .flatMap((entry) => entry.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => (words.includes(text) ? text : text.toUpperCase()));
  const letters = words.length === 0 ? Object.keys(categories) : [];
  const unknown = ids.find((id) => !known.has(id) && !letters.includes(id));
  if (unknown !== undefined)
    throw userError(`${flag}: there is no id "${unknown}"; ${program} explain lists them all`);
  return new Set(ids);
}
