import { dirname } from "node:path";
import { listBundles, type Bundle } from "../../bundle/read.ts";
import { connectionArguments } from "../../flags/connection.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import { program } from "../../model/program.ts";
import type { Output } from "../../render/output.ts";
import type { UndoneEntry, UndoResult } from "../../render/undo/kind.ts";
import { printableUndo } from "../../render/undo/print.ts";
import { resultText } from "../print-result.ts";
import { forceName, type Inverse } from "./inverse.ts";
import type { Prepared } from "./prepare.ts";
import type { UndoOptions } from "./options.ts";

/** What was done, by the ids of entries. */
export type Results = Map<number, UndoneEntry["result"]>;

/** The result in the format that was asked for, and on standard error what is left; the exit code. */
export async function tellUndo(told: {
  readonly bundle: Bundle;
  readonly options: UndoOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
  readonly prepared: readonly Prepared[];
  readonly results: Results;
  /** Something was restarted, whatever was written. */
  readonly restarted?: boolean;
  /** The directory of undo's own bundle. */
  readonly own?: string;
  readonly stopped?: { readonly message: string; readonly interrupted: boolean };
}): Promise<number> {
  const { bundle, options, output, own, stopped, results } = told;
  const { stdout, stderr } = options.context;
  const inverses = told.prepared.flatMap((each) => each.inverses);
  const result: UndoResult = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Undo",
    dryRun: told.dryRun,
    succeeded: stopped === undefined,
    of: { bundle: bundle.directory, run: bundle.index.run, command: bundle.index.command },
    ...(own === undefined ? {} : { bundle: own }),
    entries: inverses.map((inverse) => entryOf(inverse, results.get(inverse.entry.id))),
    ...(stopped === undefined ? {} : { stopped }),
  };
  if (output.format !== "table" && output.format !== "wide")
    stdout.write(await resultText(output, printableUndo(result)));
  for (const inverse of inverses) {
    if (inverse.kind === "nothing" && !results.has(inverse.entry.id))
      stderr.write(`${forceName(inverse.entry)} left as it is: ${inverse.because}\n`);
  }
  const everywhere = connectionArguments(options.connection);
  if (own !== undefined)
    stderr.write(`saved in ${own}; to take it back: ${[program, "undo", own, ...everywhere].join(" ")}\n`);
  if (stopped !== undefined) {
    const left = result.entries.filter(({ result: what }) => what === "left").length;
    if (results.size > 0)
      stderr.write(
        `${String(results.size)} done, ${String(left)} left; the same command goes on: ${[program, "undo", bundle.directory, ...everywhere].join(" ")}\n`,
      );
    stderr.write(`error: ${stopped.message}\n`);
    return 1;
  }
  if (results.size === 0 && told.restarted !== true) stderr.write("nothing to take back\n");
  // Policies and data may go back only now (hazard H04).
  for (const part of await partsOf(bundle))
    stderr.write(
      `${part.command}, which was a part of this run, is saved by itself; to take it back, too: ${[program, "undo", part.directory, ...everywhere].join(" ")}\n`,
    );
  return 0;
}

/** Runs that were steps of this one and have something to take back, the last one first. */
async function partsOf({
  directory,
  index,
}: Bundle): Promise<readonly { readonly directory: string; readonly command: string }[]> {
  const all = await listBundles(dirname(dirname(directory)));
  return all
    .flatMap((each) =>
      each.index?.data?.["partOf"] === index.run
        ? [{ directory: each.directory, command: each.index.command }]
        : [],
    )
    .toReversed();
}

/** One entry and what became of it. */
export function entryOf(inverse: Inverse, done: UndoneEntry["result"] | undefined): UndoneEntry {
  const { action, kind, group, namespace, name } = inverse.entry;
  return {
    action,
    resource: group === "" ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    result: done ?? (inverse.kind === "write" ? "left" : inverse.kind),
    ...(inverse.kind === "write" ? {} : { because: inverse.because }),
  };
}
