import type { Connection } from "../cluster/port.ts";
import type { DryRun } from "../flags/dry-run.ts";
import { noted, notedApart, noteOn } from "../merge/config-map.ts";
import { formatConfigChange } from "../model/config-ledger.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import { put, type Put } from "./apply/put.ts";

/** The values of a ConfigMap as they are to be, and the note of which of them changed when (hazard H25). */
export interface NotedValues {
  /** Undefined: they are. */
  readonly decide: (live: KubeObject) => Write | undefined;
  /** Keys whose values that changes; without any, no note. */
  readonly keysOf: (live: KubeObject) => readonly string[];
  /** When the values that come back were taken away. */
  readonly since?: Millis;
  /** The server's. */
  readonly now: () => Millis;
}

/**
 * Writes the values with the note: whoever goes on with a run that was killed right after it knows what still
 * has older ones. A server-side manager would own the note, so it is written apart there, before and after.
 */
export async function putValues(
  connection: Connection,
  ref: Ref,
  { decide, keysOf, since, now }: NotedValues,
  options: { readonly dryRun: DryRun; readonly serverVersion: string },
): Promise<Put> {
  const wanted = (live: KubeObject | undefined): Write | undefined =>
    live === undefined ? undefined : decide(live);
  if (options.dryRun !== "none") return await put(connection, ref, wanted, options);
  let keys: readonly string[] = [];
  const note = (): string =>
    formatConfigChange({ at: now(), keys, ...(since === undefined ? {} : { since }) });
  const look = (live: KubeObject | undefined): Write | undefined => {
    const write = wanted(live);
    keys = live === undefined || write === undefined ? [] : [...new Set(keysOf(live))].toSorted();
    return write;
  };
  const before = await put(
    connection,
    ref,
    (live) => {
      const write = look(live);
      const apart = write !== undefined && notedApart(write) && keys.length > 0;
      return live === undefined || !apart ? undefined : noteOn(live, ref, note());
    },
    options,
  );
  const done = await put(
    connection,
    ref,
    (live) => {
      const write = look(live);
      return write === undefined || keys.length === 0 ? write : noted(write, note());
    },
    options,
  );
  if (before.outcome === "unchanged" || done.outcome === "unchanged") return done;
  const after = await put(
    connection,
    ref,
    (live) => (live === undefined ? undefined : noteOn(live, ref, note())),
    options,
  );
  return { ...done, object: after.object };
}
