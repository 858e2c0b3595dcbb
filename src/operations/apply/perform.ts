import { isInterrupted, reasonOf } from "../../errors.ts";
import { usesColor } from "../../flags/color.ts";
import { taskLine } from "../../perform/task-colors.ts";
import { applySteps, stepTitles, type ApplyStepId } from "../../plan/apply/parts.ts";
import type { ObjectResult, StepResult } from "../../render/apply-result.ts";
import { showsTaskList } from "../../commands/node/report.ts";
import type { ApplyRunContext } from "./run-context.ts";
import { doStep, type Outcome } from "./steps.ts";

export interface StepsDone {
  readonly steps: readonly StepResult[];
  readonly objects: readonly ObjectResult[];
  readonly left: readonly string[];
  /** What the migrations saved, the last one first. */
  readonly migrationBundles?: readonly string[];
  readonly code: number;
  readonly error?: string;
}

/** All steps in their order; the first that fails ends the run, and what was done is told. */
export async function performSteps(run: ApplyRunContext): Promise<StepsDone> {
  const { options, saving } = run;
  const steps: StepResult[] = [];
  const objects: ObjectResult[] = [];
  const left: string[] = [];
  const migrationBundles: string[] = [];
  let code = 0;
  let error: string | undefined;
  const last = applySteps.indexOf(options.until);
  try {
    for (const [index, id] of applySteps.entries()) {
      if (error !== undefined) {
        steps.push({ id, state: "not reached", because: stepTitles[id] });
        continue;
      }
      if (index > last) {
        steps.push({ id, state: "left", because: `--until-step=${options.until}` });
        continue;
      }
      try {
        const { code: own = 0, ...outcome } = await doStep(id, run, { objects, migrationBundles });
        steps.push({ id, ...outcome });
        await saving?.flush();
        if (outcome.state === "left") left.push(`${id}: ${outcome.because}`);
        if (outcome.state === "failed") error = outcome.because;
        // Since v2.5 there is none to do: not worth a line.
        if (id !== "migrate" || outcome.state !== "unchanged") tellStep(run, id, outcome);
        code = Math.max(code, own);
      } catch (thrown) {
        error = isInterrupted(thrown) ? "interrupted" : reasonOf(thrown);
        code = isInterrupted(thrown) ? thrown.exitCode : 1;
        steps.push({ id, state: "failed", because: error });
      }
    }
  } finally {
    await saving?.close();
  }
  return { steps, objects, left, migrationBundles, code, ...(error === undefined ? {} : { error }) };
}

/** Among the task lists of controller and nodes a step of its own looks as theirs do. */
function tellStep(
  { context, options }: ApplyRunContext,
  id: ApplyStepId,
  { state, because }: Pick<Outcome, "state" | "because">,
): void {
  const line = `${id}: ${because}`;
  const among = showsTaskList(context, { format: options.output.format, dryRun: options.dryRun });
  // What failed is told as an error in the end.
  if (state !== "failed" && state !== "not reached")
    context.stderr.write(
      `${among ? taskLine(state, line, usesColor(options.connection.color, context.terminal.stderrColor)) : line}\n`,
    );
}
