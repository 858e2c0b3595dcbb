import type { Bundle } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { explain } from "../../errors.ts";
import { dryRunSuffix, type DryRun } from "../../flags/dry-run.ts";
import type { Output } from "../../render/output.ts";
import { undoLine } from "../../render/undo/print.ts";
import { sendSaved, type SavedWrite } from "../saved-writes.ts";
import type { Inverse, UndoWorld } from "./inverse.ts";
import { prepareAll, refusals, type Prepared } from "./prepare.ts";
import type { UndoOptions } from "./options.ts";
import { entryOf, tellUndo, type Results } from "./tell.ts";

/** So many rounds in which nothing was done are no progress. */
const idleRounds = 5;

interface Around {
  readonly bundle: Bundle;
  readonly options: UndoOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
  /** What undo itself changes; absent in a dry run. */
  readonly own?: OpenBundle;
}

type Item = SavedWrite & { readonly inverse: Inverse & { readonly kind: "write" } };

/** Writes what takes the run back; where somebody else was quicker it is worked out anew. */
export async function takeBack(
  first: readonly Prepared[],
  world: UndoWorld,
  around: Around,
): Promise<number> {
  const { bundle, options, output, dryRun, own } = around;
  const { context } = options;
  const lines = output.format === "table" || output.format === "wide";
  const results: Results = new Map();
  const listening = context.interrupts.listen();
  let prepared = first;
  let stopped: { readonly message: string; readonly interrupted: boolean } | undefined;
  const stop = (message: string, interrupted = false): void => {
    stopped ??= { message: message.replace(/^error: /, ""), interrupted };
  };
  /** Whether somebody was quicker. */
  const round = async (): Promise<unknown> => {
    for (const { inverses } of prepared) {
      const items = inverses.flatMap((inverse): Item[] =>
        inverse.kind === "write" ? [{ ...inverse.saved, inverse }] : [],
      );
      // What came later is taken back first.
      const { beaten, failed, left } = await sendSaved(items, {
        connection: world.connection,
        serverVersion: world.discovery.version,
        dryRun,
        interrupt: listening,
        ...(own === undefined ? {} : { bundle: own }),
        done({ inverse }) {
          results.set(inverse.entry.id, inverse.verb);
          if (lines)
            context.stdout.write(`${undoLine(entryOf(inverse, inverse.verb), dryRunSuffix(dryRun))}\n`);
        },
      });
      if (failed !== undefined) stop(explain(failed.error));
      else if (listening.first.aborted && left.length + beaten.length > 0) stop("interrupted", true);
      if (stopped !== undefined || beaten.length > 0) return beaten[0]?.error;
    }
    return undefined;
  };
  try {
    for (let idle = 0; ; idle += 1) {
      const before = results.size;
      const lost = await round();
      if (lost === undefined || stopped !== undefined) break;
      if (results.size > before) idle = 0;
      if (dryRun !== "none" || idle >= idleRounds) stop(explain(lost));
      else {
        context.stderr.write("somebody else was quicker; reading the cluster again\n");
        prepared = await prepareAll(bundle.entries, world);
        const refused = refusals(prepared);
        if (refused !== undefined) stop(refused);
      }
      if (stopped !== undefined) break;
    }
  } catch (error) {
    stop(explain(error));
  } finally {
    // What is in it is on the disk; only what became of the last writes may not be.
    await own?.close().catch((error: unknown) => void context.stderr.write(`${explain(error)}\n`));
    listening.stop();
  }
  const code = await tellUndo({
    bundle,
    options,
    output,
    dryRun,
    prepared,
    results,
    ...(own === undefined || results.size === 0 ? {} : { own: own.directory }),
    ...(stopped === undefined ? {} : { stopped }),
  });
  return stopped?.interrupted === true ? listening.exitCode : code;
}
