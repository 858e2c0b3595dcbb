import { program } from "../model/program.ts";
import { quoted } from "../model/shell.ts";
import { clusterFlags, type ConnectionValues } from "./connection.ts";

/** A command about the same cluster, as the user would type it. `words`: verb, arguments and flags. */
export function nextCommand(connection: ConnectionValues, ...words: readonly string[]): string {
  return [program, ...words.map(quoted), ...clusterFlags(connection)].join(" ");
}

/** The flags of a run that the command which takes it back needs as well. */
export interface SavedBy {
  readonly connection: ConnectionValues;
  /** --bundle-dir: undo saves there what it changes itself. */
  readonly bundleDir?: string | undefined;
}

/** Those flags, quoted. */
export function savedByFlags({ connection, bundleDir }: SavedBy): readonly string[] {
  const place = bundleDir === undefined ? [] : [`--bundle-dir=${quoted(bundleDir)}`];
  return [...place, ...clusterFlags(connection)];
}

/** `undo BUNDLE` that works when it is typed. */
export function undoCommand(bundle: string, by: SavedBy): string {
  return [program, "undo", quoted(bundle), ...savedByFlags(by)].join(" ");
}

/** Where a run saved what was there, and how it is taken back. Several bundles go back in the order given. */
export function savedLine(bundles: readonly string[], by: SavedBy): string {
  const undo = bundles.map((each) => undoCommand(each, by));
  return `saved in ${bundles.join(" and ")}; to undo: ${undo.join(", then ")}`;
}
