import type { AppContext } from "../../context.ts";
import { savedLine } from "../../flags/next-command.ts";
import { printableApply, stepsTable, type ApplyRun } from "../../render/apply-result.ts";
import { resultText } from "../print-result.ts";
import type { ApplyOptions } from "./options.ts";
import type { StepsDone } from "../../operations/apply/perform.ts";

/** The result in the format asked for; on standard error what is left, and how to go on or back. */
export async function tellApply(
  context: AppContext,
  options: ApplyOptions,
  done: StepsDone & {
    /** Objects of Calico that the file does not hold (hazard H02). */
    readonly gone: readonly string[];
    readonly bundle?: string;
  },
): Promise<number> {
  const { gone } = done;
  const run: ApplyRun = {
    command: "apply",
    dryRun: options.dryRun,
    ended: context.now(),
    steps: done.steps,
    objects: done.objects,
    left: [...done.left, ...gone.map((name) => `${name} is not in the file any more`)],
    ...(done.bundle === undefined ? {} : { bundle: done.bundle }),
    ...(done.migrationBundles === undefined ? {} : { migrationBundles: done.migrationBundles }),
    ...(done.error === undefined ? {} : { error: done.error }),
  };
  const { stderr, stdout } = context;
  if (done.error !== undefined) {
    stderr.write(`error: ${done.error}\n${stepsTable(done.steps)}`);
    stderr.write(`to go on: ${options.again}\n`);
  }
  if (gone.length > 0) stderr.write(`not in the file any more, and left (H02): ${gone.join(", ")}\n`);
  // The run's own takes those of its migrations along; it may have written nothing else.
  const saved = done.bundle === undefined ? (done.migrationBundles ?? []) : [done.bundle];
  if (saved.length > 0 && done.objects.length > 0) stderr.write(`${savedLine(saved, options)}\n`);
  else if (done.bundle !== undefined) stderr.write(`what was there is saved in ${done.bundle}\n`);
  stdout.write(await resultText(options.output, printableApply(run)));
  return done.code;
}
