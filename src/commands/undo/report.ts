import type { DryRunStrategy } from "../../model/dry-run.ts";
import type { Bundle } from "../../bundle/read.ts";
import { savedLine } from "../../flags/next-command.ts";
import { forceName, type Inverse } from "../../operations/undo/inverse.ts";
import type { UndoProgress, UndoStep } from "../../operations/undo/undo-step.ts";
import type { UndoOutcome } from "../../operations/undo/operation.ts";
import type { Output } from "../../render/output.ts";
import type { UndoneEntry, UndoneRun, UndoResult } from "../../render/undo/kind.ts";
import { printableUndo } from "../../render/undo/print.ts";
import { printResult } from "../print-result.ts";
import { showsLines } from "../listener.ts";
import { stopLines } from "../stop-lines.ts";
import type { UndoOptions } from "./options.ts";

interface Undone {
  /** What was named; the other legs are its parts. */
  readonly main: Bundle;
  readonly outcome: UndoOutcome;
  readonly options: UndoOptions;
  readonly output: Output;
  readonly dryRun: DryRunStrategy;
}

/** The result in the format that was asked for, and on standard error what is left; the exit code. */
export async function reportUndo({ main, outcome, options, output, dryRun }: Undone): Promise<number> {
  const { steps, dones, saved, stopped, refused } = outcome;
  const { stdout, stderr } = options.context;
  if (refused !== undefined) {
    for (const text of refused) stderr.line(`error: ${text}`);
    stderr.line("nothing was changed");
    return 1;
  }
  const runs = steps.map((step) => ({ step, run: runOf(step, dones?.get(step), saved?.get(step)) }));
  const own = runs.find(({ step }) => step.bundle === main)?.run;
  if (own === undefined) throw new Error("the run itself is not among what goes back");
  const result: UndoResult = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Undo",
    dryRun,
    succeeded: stopped === undefined,
    ...own,
    ...(runs.length === 1 ? {} : { parts: runs.flatMap(({ run }) => (run === own ? [] : [run])) }),
    ...(stopped === undefined
      ? {}
      : { stopped: { message: stopped.message, interrupted: stopped.interrupted === true } }),
  };
  if (!showsLines(output.format)) await printResult(stdout, output, printableUndo(result));
  for (const step of steps) {
    for (const inverse of step.inverses()) {
      if (inverse.kind === "nothing" && dones?.get(step)?.results.has(inverse.entry.id) !== true)
        stderr.line(`${forceName(inverse.entry)} left as it is: ${inverse.because}`);
    }
    const { command, started } = step.bundle.index;
    if (steps.length > 1 && step.work === undefined && (stopped === undefined || dones !== undefined))
      stderr.line(`nothing to undo of ${command} from ${started}`);
  }
  // The run's own bundle takes those of its parts along.
  const mine = steps.find(({ bundle }) => bundle === main);
  const whole = mine === undefined ? undefined : saved?.get(mine);
  const directories = whole === undefined ? [...(saved?.values() ?? [])].toReversed() : [whole];
  if (directories.length > 0) stderr.line(savedLine(directories, options));
  if (stopped !== undefined) {
    const entries = runs.flatMap(({ run }) => run.entries);
    const done = [...(dones?.values() ?? [])].reduce((sum, { results }) => sum + results.size, 0);
    const left = entries.filter(({ result: what }) => what === "left");
    if (done > 0) stderr.line(`${String(done)} done, ${String(left.length)} left${namesOf(left)}`);
    for (const line of stopLines(stopped)) stderr.line(line);
    return 1;
  }
  if (steps.every(({ work }) => work === undefined)) stderr.line("nothing to undo");
  return 0;
}

/** Names that one line takes; the result has all. */
const mostNames = 12;

function namesOf(entries: readonly UndoneEntry[]): string {
  if (entries.length === 0) return "";
  const names = entries.slice(0, mostNames).map(({ resource, name }) => `${resource}/${name}`);
  const more = entries.length - names.length;
  return ` (${names.join(", ")}${more > 0 ? ` and ${String(more)} more` : ""})`;
}

function runOf(step: UndoStep, done: UndoProgress | undefined, saved: string | undefined): UndoneRun {
  const { directory, index } = step.bundle;
  return {
    of: { bundle: directory, run: index.run, command: index.command },
    ...(saved === undefined ? {} : { bundle: saved }),
    entries: step.inverses().map((inverse) => entryOf(inverse, done?.results.get(inverse.entry.id))),
    ...(done === undefined || done.restarted.length === 0 ? {} : { restarted: done.restarted }),
  };
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
