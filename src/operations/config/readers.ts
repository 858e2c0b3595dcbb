import { discover } from "../../cluster/discovery.ts";
import { factsReader } from "../../cluster/facts-reader.ts";
import { observedGroups, type Watched } from "../../cluster/observe.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { Ref } from "../../model/kube.ts";
import {
  isOpen,
  notesOn,
  staleBy,
  type ConfigNote,
  type Readers,
  type Stale,
} from "../../plan/config/stale.ts";
import { whyNotTypha } from "../typha/restart.ts";
import type { Session } from "../session.ts";

type Looking = Pick<Session, "connection" | "clock">;

/** Everything that may read a ConfigMap of this DaemonSet's install; undefined where it is not there. */
export async function lookAtReaders(
  { connection, clock }: Looking,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  watched: Watched = {},
): Promise<Readers | undefined> {
  const discovered = discover(connection, observedGroups);
  const read = factsReader(connection, clock.now, { discovered, namespace });
  const seen = await read(["daemonSets", "pods", "workloads"], watched);
  const sets = seen.daemonSets.known ? seen.daemonSets.value : [];
  const daemonSet = sets.find((set) => set.namespace === namespace && set.name === name);
  if (daemonSet === undefined) return undefined;
  const workloads = (seen.workloads.known ? seen.workloads.value : []).filter(
    (each) => each.namespace === namespace,
  );
  return { daemonSet, workloads, pods: seen.pods };
}

/** What stands on these ConfigMaps now. */
export async function notesNow(
  { connection }: Looking,
  refs: readonly Ref[],
): Promise<readonly ConfigNote[]> {
  return notesOn(
    await Promise.all(refs.map(async (ref) => ({ ref, live: await readObject(connection, ref) }))),
  );
}

/** Those of the notes that something still runs with older values of. */
export async function openNotes(
  looking: Looking,
  daemonSet: { readonly namespace: string; readonly name: string },
  notes: readonly ConfigNote[],
  watched: Watched = {},
): Promise<readonly ConfigNote[]> {
  if (notes.length === 0) return [];
  const readers = await lookAtReaders(looking, daemonSet, watched);
  if (readers === undefined) return [];
  return notes.filter((note) => isOpen(restartable(staleBy(readers, [note]))));
}

/** Without a Typha that is not restarted here, but only named. */
export function restartable({ typha, ...stale }: Stale): Stale {
  return typha === undefined || whyNotTypha(typha) !== undefined ? stale : { ...stale, typha };
}
