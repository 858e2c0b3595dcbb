import { upgradeState } from "../facts/upgrade.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import { catalogue } from "../releases/catalogue.ts";
import { upgradeStatus } from "../render/status/build.ts";
import { printableStatus } from "../render/status/print.ts";
import { printResult } from "./print-result.ts";
import { errorsOf, isBlind } from "./status-errors.ts";
import type { StatusOptions, StatusView } from "./status-view.ts";

/** Prints one look at the cluster and answers the exit code. */
export async function showStatus(
  observed: ClusterFacts,
  { output, sorted, scope }: Pick<StatusView, "output" | "sorted" | "scope">,
  options: StatusOptions,
): Promise<number> {
  const { context } = options;
  const state = upgradeState(observed, catalogue, scope);
  const status = sorted(upgradeStatus(state, options.flags));
  const errors = errorsOf(state, scope);
  if (!isBlind(observed)) await printResult(context.stdout, output, printableStatus(status, options));
  for (const line of errors.lines) context.stderr.line(line);
  return isBlind(observed) || errors.missing ? 1 : 0;
}
