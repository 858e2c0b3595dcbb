import { userError } from "../../errors.ts";
import { program } from "../../model/program.ts";
import { clusterRules } from "../../preflight/cluster-rules.ts";
import type { ClusterRule } from "../../preflight/cluster-rule.ts";
import { categories } from "../../preflight/categories.ts";
import { allPages } from "../../render/explain/pages.ts";
import { seeHelp } from "../arguments.ts";

/** The rules that --checks and --skip-checks leave. */
export function chosenRules(checks: readonly string[], skipped: readonly string[]): readonly ClusterRule[] {
  const only = idsIn(checks, "--checks");
  const without = idsIn(skipped, "--skip-checks");
  const named = (ids: ReadonlySet<string>, id: string): boolean => ids.has(id) || ids.has(id.charAt(0));
  return clusterRules.filter(({ id }) => (only.size === 0 || named(only, id)) && !named(without, id));
}

/** What --ignore-preflight-errors names; a slip must not look like a decision. */
export function ignoredIds(given: readonly string[]): ReadonlySet<string> {
  return idsIn(given, "--ignore-preflight-errors", ["all"]);
}

export function failOnOf(text: string): "error" | "warning" {
  if (text === "error" || text === "warning") return text;
  throw userError(`--fail-on must be 'error' or 'warning', not "${text}"`, seeHelp("preflight"));
}

function idsIn(given: readonly string[], flag: string, words: readonly string[] = []): ReadonlySet<string> {
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
