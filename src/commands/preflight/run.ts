import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { formatTime } from "../../model/time.ts";
import type { PreflightFacts } from "../../preflight/facts.ts";
import { verdictOf } from "../../preflight/verdict.ts";
import { preflightReport, type Heading } from "../../render/preflight/build.ts";
import { printablePreflight, shortText } from "../../render/preflight/print.ts";
import { daemonSetArgument } from "../arguments.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import { outputOf, resultText } from "../print-result.ts";
import { checkRelease } from "../../operations/preflight/check.ts";
import { reachableFrom } from "../../operations/preflight/coming.ts";
import { ignoredIds } from "../rule-ids.ts";
import { chosenRules, failOnOf } from "./options.ts";
import type { Target } from "../../operations/preflight/target.ts";
import { readTarget } from "./target.ts";

export interface PreflightOptions extends FactsFlags {
  readonly to: string | undefined;
  readonly filename: readonly string[];
  readonly checks: readonly string[];
  readonly skipChecks: readonly string[];
  readonly ignored: readonly string[];
  readonly failOn: string;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** Exit code 0 when nothing stands in the way, 1 otherwise. */
export async function runPreflight(options: PreflightOptions): Promise<number> {
  const { context } = options;
  if (options.extra.length > 0) throw userError(`extra arguments: [${options.extra.join(" ")}]`);
  const output =
    options.output === "short" ? undefined : await outputOf(plainOutput(options.output), context);
  const strictness = { ignored: ignoredIds(options.ignored), failOn: failOnOf(options.failOn) };
  const rules = chosenRules(options.checks, options.skipChecks);
  const daemonSet =
    options.daemonSet === undefined ? undefined : daemonSetArgument(options.daemonSet, "preflight");
  const target = await readTarget(options.to, options.filename, context.readFile);
  const source = await factsSource(options, context, options.connect);
  const { findings, facts, cluster } = await checkRelease(source, { target, rules, daemonSet });
  const { newer } = target;
  const report = preflightReport(
    verdictOf(findings, strictness),
    headingOf(facts, cluster, target),
    newer === undefined ? [] : [{ because: newer }],
  );
  context.stdout.write(
    output === undefined ? shortText(report) : await resultText(output, printablePreflight(report)),
  );
  return report.ready ? 0 : 1;
}

function headingOf(facts: PreflightFacts, cluster: ClusterFacts, { to, file }: Target): Heading {
  const { running, datastore } = facts;
  const reachable = to === undefined ? reachableFrom(facts) : undefined;
  return {
    cluster: { kubernetes: cluster.serverVersion, observed: formatTime(cluster.now) },
    ...(running.known ? { from: running.value.oldest.text } : {}),
    ...(datastore.known ? { datastore: datastore.value } : {}),
    ...(to?.known === true ? { to: to.value.text } : {}),
    ...(file === undefined ? {} : { manifest: file.path }),
    ...(reachable === undefined ? {} : { reachable }),
  };
}
