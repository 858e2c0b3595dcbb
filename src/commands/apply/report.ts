import type { AppContext } from "../../context.ts";
import { savedLine } from "../../flags/next-command.ts";
import { formatTime } from "../../model/time.ts";
import type { ApplyResult } from "../../operations/apply/operation.ts";
import type { OperationEvent } from "../../operations/events.ts";
import { printableApply, stepsTable, type ApplyRun } from "../../render/apply-result.ts";
import { applySummaryText } from "../../render/apply/summary.ts";
import { controllerClosing } from "../../render/controller-lines.ts";
import { closingLines } from "../../render/node-result.ts";
import { preflightReport } from "../../render/preflight/build.ts";
import { shortText } from "../../render/preflight/print.ts";
import { printResult } from "../print-result.ts";
import { stopLines } from "../stop-lines.ts";
import type { ApplyOptions } from "./options.ts";

type ApplyReportContext = Pick<AppContext, "stdout" | "stderr" | "now">;

/** On standard error, before the question: what the rules say, and what is about to happen. */
export function planLines({ stderr }: Pick<ApplyReportContext, "stderr">): (event: OperationEvent) => void {
  return (event) => {
    if (event.kind === "planned") stderr.text(applySummaryText(event.summary, stderr.columns));
    if (event.kind === "findings") {
      const { facts, cluster, target } = event.checked;
      const { running, datastore } = facts;
      const heading = {
        cluster: { kubernetes: cluster.serverVersion, observed: formatTime(cluster.now) },
        ...(running.known ? { from: running.value.oldest.text } : {}),
        ...(datastore.known ? { datastore: datastore.value } : {}),
        ...(target.to?.known === true ? { to: target.to.value.text } : {}),
        command: "apply",
      };
      stderr.text(shortText(preflightReport(event.verdict, heading), stderr.columns));
    }
  };
}

/** The result in the format asked for; on standard error what is left, and how to continue or undo it. */
export async function reportApply(
  context: ApplyReportContext,
  options: ApplyOptions,
  result: ApplyResult,
): Promise<void> {
  const { notInFile, stop, bundle, migrationBundles, steps, objects } = result;
  const left = steps
    .filter(({ state, because }) => state === "left" && !because.startsWith("--until-step="))
    .map(({ id, because }) => `${id}: ${because}`);
  const run: ApplyRun = {
    command: "apply",
    dryRun: options.dryRun,
    ended: context.now(),
    steps,
    objects,
    left: [...left, ...notInFile.map((name) => `${name} is not in the file any more`)],
    ...(bundle === undefined ? {} : { bundle }),
    migrationBundles,
    ...(result.prepull === undefined ? {} : { prepull: result.prepull }),
    ...(stop === undefined ? {} : { error: stop.message }),
  };
  for (const line of linesOf(options, result, context.stderr.columns)) context.stderr.line(line);
  await printResult(context.stdout, options.output, printableApply(run));
}

function linesOf(options: ApplyOptions, result: ApplyResult, columns: number | undefined): readonly string[] {
  const { stop, log, steps, again, notInFile, bundle, migrationBundles, objects } = result;
  const lines: string[] = [];
  for (const each of result.controllers) lines.push(...controllerClosing(each));
  const [nodes] = result.nodes.slice(-1);
  if (nodes !== undefined) lines.push(...closingLines(nodes));
  if (stop !== undefined) {
    // What continues a run is one command: the one that began it (hazard H33).
    const { hint, ...why } = stop;
    const more = hint === undefined || hint.endsWith(again) || stop.interrupted === true ? {} : { hint };
    lines.push(...stopLines({ ...why, ...more }, log), ...stepsTable(steps, columns).trimEnd().split("\n"));
    if (options.dryRun === "none") lines.push(`to continue: ${again}`);
  }
  if (result.next !== undefined)
    lines.push(`images are pulled, and nothing was changed; next: ${result.next}`);
  if (notInFile.length > 0) lines.push(`not in the file any more, and left (H02): ${notInFile.join(", ")}`);
  // The run's own takes those of its migrations along; it may have written nothing else.
  const saved = bundle === undefined ? migrationBundles : [bundle];
  if (saved.length > 0 && objects.length > 0) lines.push(savedLine(saved, options));
  else if (bundle !== undefined) lines.push(`saved in ${bundle}`);
  return lines;
}
