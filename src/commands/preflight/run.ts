import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { formatTime } from "../../model/time.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import { refusedToday } from "../../operations/preflight/admission.ts";
import { checkRelease, type PreflightCheck } from "../../operations/preflight/check.ts";
import { reachableFrom } from "../../operations/preflight/coming.ts";
import type { Beginning } from "../../operations/preflight/begins.ts";
import { manifestOf, type UpgradeTarget } from "../../operations/preflight/target.ts";
import type { Stop } from "../../plan/decision.ts";
import { rulesOfStep } from "../../preflight/cluster-rules.ts";
import type { Finding } from "../../preflight/finding.ts";
import { verdictOf } from "../../preflight/verdict.ts";
import { preflightReport, type Heading } from "../../render/preflight/build.ts";
import type { Refusal } from "../../render/preflight/kind.ts";
import { printablePreflight, shortText } from "../../render/preflight/print.ts";
import { daemonSetArgument, nodeArguments } from "../arguments.ts";
import { outputOf, printResult } from "../print-result.ts";
import { ignoredIds } from "../rule-ids.ts";
import { beginnerOf, chosenRules, failOnOf } from "./options.ts";
import { readTarget } from "./target.ts";

export interface PreflightOptions extends FactsFlags {
  readonly to: string | undefined;
  readonly filename: readonly string[];
  /** --for */
  readonly command: string | undefined;
  readonly checks: readonly string[];
  readonly skipChecks: readonly string[];
  readonly ignored: readonly string[];
  readonly failOn: string;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly output: string;
  readonly nodes: readonly string[];
  readonly connection: ConnectionValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** Exit code 0 when nothing stands in the way, 1 otherwise. */
export async function runPreflight(options: PreflightOptions): Promise<number> {
  const { context } = options;
  const output =
    options.output === "short" ? undefined : await outputOf(plainOutput(options.output), context);
  const ignored = ignoredIds(options.ignored);
  const failOn = failOnOf(options.failOn);
  const chosen = chosenRules(options.checks, options.skipChecks);
  const nodes = nodeArguments(options.nodes, "preflight");
  const daemonSet = daemonSetArgument(options.daemonSet, "preflight");
  const target = await readTarget(options.to, options.filename, context.readFile);
  const { to, file, newer } = target;
  const command = beginnerOf({ ...options, file, nodes });
  const source = await factsSource(options, context, options.connect);
  const manifest = manifestOf(file);
  const ofStep = { ...(to === undefined ? {} : { to }), ...(manifest === undefined ? {} : { manifest }) };
  const rules = command === undefined || command === "apply" ? chosen : rulesOfStep(command, ofStep);
  const checked = await checkRelease(source, { target, rules, daemonSet });
  const { connection } = source;
  const asked =
    command === undefined || connection === undefined || newer !== undefined
      ? undefined
      : await (
          await import("./ask-command.ts")
        ).askCommand(connection, context, {
          command,
          file,
          stated: options.to === undefined || to?.known !== true ? undefined : to.value,
          nodes,
          daemonSet,
          ignored,
          connection: options.connection,
        });
  const findings = asked?.findings ?? checked.findings;
  const some = options.checks.length + options.skipChecks.length > 0;
  const refused =
    command !== undefined || connection === undefined || newer !== undefined || some
      ? []
      : await refusedToday(connection, checked.facts, checked.cluster);
  const settled = asked === undefined ? nothing : settledOf(asked, findings);
  const report = preflightReport(
    verdictOf(findings, { ignored, failOn, settled }),
    { ...headingOf(checked, target), ...(asked === undefined || command === undefined ? {} : { command }) },
    newer === undefined ? (asked?.refusals ?? refused).map(refusalOf) : [{ because: newer }],
  );
  if (output === undefined) context.stdout.text(shortText(report, context.stdout.columns));
  else await printResult(context.stdout, output, printablePreflight(report));
  return report.ready ? 0 : 1;
}

const nothing: ReadonlySet<string> = new Set();

/** A command that has nothing to do asks no rule. */
function settledOf({ settled }: Beginning, findings: readonly Finding[]): ReadonlySet<string> {
  return settled === "all" ? new Set(findings.map(({ id }) => id)) : settled;
}

function refusalOf({ id, message, hint }: Stop): Refusal {
  return {
    ...(id === undefined ? {} : { id }),
    because: message,
    ...(hint === undefined ? {} : { fix: hint }),
  };
}

function headingOf({ facts, cluster }: PreflightCheck, { to, file }: UpgradeTarget): Heading {
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
