import type { AppContext } from "../../context.ts";
import { savedLine, type SavedBy } from "../../flags/next-command.ts";
import { controllerClosing, resourceName } from "../../render/controller-lines.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import { controllerResultObject } from "../../render/controller-result.ts";
import { reportResult } from "../report-result.ts";
import { showsLines } from "../listener.ts";
import { stopLines } from "../stop-lines.ts";
import type { ControllerOptions } from "./options.ts";
import type { OpenController } from "../../operations/controller/open.ts";

/** The result in the format asked for, and on standard error what it came to and what is next. */
export async function reportController(
  { places }: Pick<OpenController, "places">,
  context: Pick<AppContext, "stdout" | "stderr">,
  options: Pick<ControllerOptions, "output" | keyof SavedBy>,
  result: ControllerRunResult,
): Promise<void> {
  const { output } = options;
  const { stop, seen, goal, dryRun, bundle } = result;
  const name = resourceName(goal.target, places.deployments.group);
  const changed = seen.wrote !== undefined || seen.stubs.length > 0;
  if (showsLines(output.format) && !changed && stop === undefined) context.stdout.line(`${name} unchanged`);
  const lines: string[] = stop === undefined ? [] : [...stopLines(stop, result.log)];
  lines.push(...controllerClosing(result));
  if (dryRun === "none") {
    if (bundle !== undefined && changed) lines.push(savedLine([bundle], options));
  }
  await reportResult(
    context,
    output,
    {
      object: () => controllerResultObject(result),
      rows: () => [controllerResultObject(result)],
      names: () => (changed ? [name] : []),
    },
    lines,
  );
}
