import type { Bundle } from "../../bundle/read.ts";
import { savedLine, undoCommand } from "../../flags/next-command.ts";
import type { UndoneEntry, UndoneRun, UndoResult } from "../../render/undo/kind.ts";
import { printableUndo } from "../../render/undo/print.ts";
import { resultText } from "../print-result.ts";
import { forceName, type Inverse } from "../../operations/undo/inverse.ts";
import type { Around, Done, Leg } from "../../operations/undo/leg.ts";

/** What one `undo` came to. */
export interface Told extends Around {
  /** What was asked for; the other legs are its parts. */
  readonly main: Bundle;
  /** In the order in which they go back. */
  readonly legs: readonly Leg[];
  readonly dones?: ReadonlyMap<Leg, Done>;
  /** Directories of undo's own bundles, of those that wrote something. */
  readonly saved?: ReadonlyMap<Leg, string>;
  readonly stopped?: { readonly message: string; readonly interrupted: boolean };
}

/** The result in the format that was asked for, and on standard error what is left; the exit code. */
export async function tellUndo(told: Told): Promise<number> {
  const { main, legs, dones, saved, stopped, options, output } = told;
  const { stdout, stderr } = options.context;
  const runs = legs.map((leg) => ({ leg, run: runOf(leg, dones?.get(leg), saved?.get(leg)) }));
  const own = runs.find(({ leg }) => leg.bundle === main)?.run;
  if (own === undefined) throw new Error("the run itself is not among what goes back");
  const result: UndoResult = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Undo",
    dryRun: told.dryRun,
    succeeded: stopped === undefined,
    ...own,
    ...(runs.length === 1 ? {} : { parts: runs.flatMap(({ run }) => (run === own ? [] : [run])) }),
    ...(stopped === undefined ? {} : { stopped }),
  };
  if (!told.lines) stdout.write(await resultText(output, printableUndo(result)));
  for (const leg of legs) {
    for (const inverse of inversesOf(leg)) {
      if (inverse.kind === "nothing" && dones?.get(leg)?.results.has(inverse.entry.id) !== true)
        stderr.write(`${forceName(inverse.entry)} left as it is: ${inverse.because}\n`);
    }
    const { command, started } = leg.bundle.index;
    if (legs.length > 1 && leg.way === undefined && (stopped === undefined || dones !== undefined))
      stderr.write(`nothing to take back of ${command} from ${started}\n`);
  }
  // The run's own bundle takes those of its parts along.
  const mine = legs.find(({ bundle }) => bundle === main);
  const whole = mine === undefined ? undefined : saved?.get(mine);
  const directories = whole === undefined ? [...(saved?.values() ?? [])].toReversed() : [whole];
  if (directories.length > 0) stderr.write(`${savedLine(directories, options)}\n`);
  const entries = runs.flatMap(({ run }) => run.entries);
  if (stopped !== undefined) {
    const done = [...(dones?.values() ?? [])].reduce((sum, { results }) => sum + results.size, 0);
    const left = entries.filter(({ result: what }) => what === "left");
    if (done > 0)
      stderr.write(
        `${String(done)} done, ${String(left.length)} left${namesOf(left)}; the same command goes on: ${undoCommand(main.directory, options)}\n`,
      );
    stderr.write(`error: ${stopped.message}\n`);
    return 1;
  }
  if (legs.every(({ way }) => way === undefined)) stderr.write("nothing to take back\n");
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

function runOf(leg: Leg, done: Done | undefined, saved: string | undefined): UndoneRun {
  const { directory, index } = leg.bundle;
  return {
    of: { bundle: directory, run: index.run, command: index.command },
    ...(saved === undefined ? {} : { bundle: saved }),
    entries: inversesOf(leg).map((inverse) => entryOf(inverse, done?.results.get(inverse.entry.id))),
    ...(done === undefined || done.restarted.length === 0 ? {} : { restarted: done.restarted }),
  };
}

function inversesOf(leg: Leg): readonly Inverse[] {
  return leg.prepared().flatMap(({ inverses }) => inverses);
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
