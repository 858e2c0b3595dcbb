import { userError } from "../../errors.ts";
import { clusterRules } from "../../preflight/cluster-rules.ts";
import type { ClusterRule } from "../../preflight/cluster-rule.ts";
import type { PlanFile } from "../../operations/plan/file.ts";
import { beginners, type Beginner } from "../../operations/preflight/beginners.ts";
import { seeHelp } from "../arguments.ts";
import { idsIn } from "../rule-ids.ts";

/** The rules that --checks and --skip-checks leave. */
export function chosenRules(checks: readonly string[], skipped: readonly string[]): readonly ClusterRule[] {
  const only = idsIn(checks, "--checks");
  const without = idsIn(skipped, "--skip-checks");
  const named = (ids: ReadonlySet<string>, id: string): boolean => ids.has(id) || ids.has(id.charAt(0));
  return clusterRules.filter(({ id }) => (only.size === 0 || named(only, id)) && !named(without, id));
}

/** The command whose start is looked at; undefined: none, so that nobody knows more than what the rules say. */
export function beginnerOf({
  command,
  file,
  nodes,
  checks,
  skipChecks,
  facts,
}: {
  /** --for */
  readonly command: string | undefined;
  readonly file: PlanFile | undefined;
  readonly nodes: readonly string[];
  readonly checks: readonly string[];
  readonly skipChecks: readonly string[];
  readonly facts: string | undefined;
}): Beginner | undefined {
  const help = seeHelp("preflight");
  const some = checks.length + skipChecks.length > 0;
  if (command === undefined) {
    if (nodes.length > 0) throw userError(`extra arguments: [${nodes.join(" ")}]`);
    // Only all checks say whether it would begin, and only a cluster; the operator's file is for no command of ours.
    return file?.set === undefined || some || facts !== undefined ? undefined : "apply";
  }
  const named = beginners.find((each) => each === command);
  if (named === undefined)
    throw userError(`--for must be one of ${beginners.join(", ")}, not "${command}"`, help);
  if (some)
    throw userError("--for asks all that the command asks: leave --checks and --skip-checks out", help);
  if (facts !== undefined)
    throw userError("--for asks the cluster whether the command would begin: leave --facts out", help);
  if (file === undefined && (named === "apply" || named === "configmap"))
    throw userError(`--for=${named} goes with -f FILE`, help);
  if (nodes.length > 0 && named !== "node") throw userError(`NODE goes with --for=node, not ${named}`, help);
  return named;
}

export function failOnOf(text: string): "error" | "warning" {
  if (text === "error" || text === "warning") return text;
  throw userError(`--fail-on must be 'error' or 'warning', not "${text}"`, seeHelp("preflight"));
}
