import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../../bundle/write.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import { dataPlan } from "../../data/plan.ts";
import type { Reading } from "../../model/reading.ts";
import type { OldData } from "../../preflight/node-facts.ts";
import { oldPlaces, readSides } from "../migrate-data/read.ts";

/** How old the comparison may be that a node's restart is judged by. */
const everyMillis = 5000;

/** Calico's data on both sides, compared now and again. */
export interface OldDataFollowed {
  readonly latest: () => Reading<OldData>;
  /** Compares again, so that what was brought over a moment ago is known. */
  readonly refresh: () => Promise<void>;
}

/**
 * Calico's data on both sides, compared for as long as the run lasts: old nodes write the old one until they are gone
 * (hazard H28). `ring`: something has changed.
 */
export async function followOldData(
  connection: Connection,
  discovery: Discovery,
  ring: () => void,
  signal: AbortSignal,
): Promise<OldDataFollowed> {
  const places = oldPlaces(discovery);
  if (places.length === 0)
    return { latest: () => ({ known: true, value: "none" }), refresh: async () => await Promise.resolve() };
  const compare = async (): Promise<Reading<OldData>> =>
    await readingOf(async () =>
      dataPlan(await readSides(connection, places), sha256)
        .filter(({ does }) => does !== "same" && does !== "elsewhere")
        .map(({ kind, name }) => `${kind} ${name}`),
    );
  let latest = await compare();
  // Of two comparisons under way the one that began later counts.
  let begun = 0;
  let counted = 0;
  const refresh = async (): Promise<void> => {
    begun += 1;
    const mine = begun;
    const found = await compare();
    if (mine < counted) return;
    counted = mine;
    latest = found;
  };
  void (async () => {
    while (!signal.aborted) {
      await sleep(everyMillis, undefined, { signal, ref: false });
      await refresh();
      ring();
    }
    // The run is over, or the login: the latest answer stays.
  })().catch(() => undefined);
  return { latest: () => latest, refresh };
}
