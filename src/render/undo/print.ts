import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { table } from "../table.ts";
import type { BundleList, UndoResult } from "./kind.ts";

/** Undo in all its forms but the table: its lines are printed as things happen. */
export function printableUndo(result: UndoResult): Printable {
  const entries = [result, ...(result.parts ?? [])].flatMap((run) => run.entries);
  const written = entries.filter(({ result: what }) => !["nothing", "refused", "left"].includes(what));
  return {
    table: () => "",
    object: () => result as unknown as JsonObject,
    rows: () => entries as unknown as readonly JsonObject[],
    names: () => [...new Set(written.map(({ resource, name }) => `${resource}/${name}`))],
  };
}

export function printableBundles(list: BundleList): Printable {
  return {
    table: (wide) => {
      const rows = list.items.map(
        ({ run, command, started, ended, entries, cluster, directory, damaged }) => [
          run,
          command ?? "",
          started ?? "",
          damaged === undefined ? (ended === undefined ? "killed" : "ended") : "damaged",
          entries === undefined ? "" : String(entries),
          ...(wide ? [cluster?.server ?? "", directory] : []),
        ],
      );
      const head = [
        "RUN",
        "COMMAND",
        "STARTED",
        "STATE",
        "CHANGES",
        ...(wide ? ["SERVER", "DIRECTORY"] : []),
      ];
      return table(head, rows);
    },
    object: () => list as unknown as JsonObject,
    rows: () => list.items as unknown as readonly JsonObject[],
    names: () => list.items.map(({ run }) => `bundle/${run}`),
  };
}
