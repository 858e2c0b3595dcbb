import { bundleRoot } from "../../bundle/place.ts";
import { readCollected, type Collected } from "../../bundle/records.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { isUserError, userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { renderRunCommand } from "../../flags/run-command.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import { observeReport } from "../../operations/report/observe.ts";
import { runReport } from "../../render/report/build.ts";
import { printableReport } from "../../render/report/print.ts";
import { daemonSetArgument } from "../arguments.ts";
import { outputOf, printResult } from "../print-result.ts";

export interface ReportOptions extends FactsFlags {
  readonly run: string | undefined;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly bundleDir: string | undefined;
  readonly output: string;
  readonly connection: ConnectionValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** What the folders of runs keep; without a place for them there is nothing. */
async function collectedIn(bundleDir: string | undefined, env: AppContext["env"]): Promise<Collected> {
  let root: string;
  try {
    root = bundleRoot(bundleDir, env);
  } catch (error) {
    if (bundleDir !== undefined || !isUserError(error)) throw error;
    return { found: [], refused: [] };
  }
  return await readCollected(root);
}

/** Exit code 0 when there is a run to report, however it ended. */
export async function run(options: ReportOptions): Promise<number> {
  const { context } = options;
  const formats = ["markdown", "html", "json", "yaml"];
  if (!formats.includes(options.output))
    throw userError(`-o must be one of ${formats.join(", ")}, not "${options.output}"`);
  const isData = options.output === "json" || options.output === "yaml";
  const output = await outputOf(plainOutput(isData ? options.output : "table"), context);
  const daemonSet = daemonSetArgument(options.daemonSet, "report");
  if (options.run === "") throw userError("--run must be the id of a run, not empty");

  const source = await factsSource(options, context, options.connect);
  const collected = await collectedIn(options.bundleDir, context.env);
  const result = await observeReport(source, { run: options.run, daemonSet, collected });
  // A file that was left out may have what is unknown.
  if (result.report.nodes.some(({ outcome }) => outcome === "unknown"))
    for (const why of result.refused) warningsOn(context)(why);
  const { command } = result.report;
  const line = command === undefined ? undefined : renderRunCommand(command, options.connection);
  const report = runReport(result, line);
  if (options.output === "html") {
    const { reportPage } = await import("../../render/report/html/page.ts");
    context.stdout.text(reportPage(report));
  } else await printResult(context.stdout, output, printableReport(report));
  return 0;
}
