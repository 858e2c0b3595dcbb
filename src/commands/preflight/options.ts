import { userError } from "../../errors.ts";
import { clusterRules } from "../../preflight/cluster-rules.ts";
import type { ClusterRule } from "../../preflight/cluster-rule.ts";
import { seeHelp } from "../arguments.ts";
import { idsIn } from "../rule-ids.ts";

/** The rules that --checks and --skip-checks leave. */
export function chosenRules(checks: readonly string[], skipped: readonly string[]): readonly ClusterRule[] {
  const only = idsIn(checks, "--checks");
  const without = idsIn(skipped, "--skip-checks");
  const named = (ids: ReadonlySet<string>, id: string): boolean => ids.has(id) || ids.has(id.charAt(0));
  return clusterRules.filter(({ id }) => (only.size === 0 || named(only, id)) && !named(without, id));
}

export function failOnOf(text: string): "error" | "warning" {
  if (text === "error" || text === "warning") return text;
  throw userError(`--fail-on must be 'error' or 'warning', not "${text}"`, seeHelp("preflight"));
}
