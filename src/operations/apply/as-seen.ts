import { fingerprint } from "../../model/fingerprint.ts";
import type { KubeObject } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import { notesOn } from "../../plan/config/stale.ts";
import { nodesToDo } from "../node/remaining.ts";
import type { Session } from "../session.ts";
import { changedSince } from "./changed-since.ts";
import type { ApplyPlanned } from "./look.ts";
import { notesToCome } from "./state.ts";

/** Whether nothing that a run was planned on has changed since (hazard H32). */
export async function isAsSeen(session: Session, seen: ApplyPlanned): Promise<boolean> {
  const { targets } = seen.upgrade;
  const known = new Map(targets.map(({ ref, before }) => [objectKey(ref), before]));
  const refs = targets.map(({ ref }) => ref);
  const notes = [
    ...notesOn(targets.map(({ ref, before }) => ({ ref, live: before }))),
    ...notesToCome(targets),
  ];
  // What a migration was proven on is not among the objects of the file.
  if (seen.migrations.length > 0) return false;
  seen.tried.clear();
  seen.triedWrites.clear();
  const [changed, left] = await Promise.all([
    changedSince(session.connection, refs, known),
    nodesToDo(session, { request: seen.nodes, make: seen.make, notes, open: seen.open }),
  ]);
  const same = [...changed].every(
    ([key, now]) => fingerprint(contentOf(now)) === fingerprint(contentOf(known.get(key))),
  );
  const { restart, silent } = seen.summary;
  return (
    same &&
    fingerprint([...left.nodes, ...left.stale].toSorted()) === fingerprint(restart) &&
    fingerprint(left.silent) === fingerprint(silent)
  );
}

/** What of an object a plan rests on: its status changes all the time. */
export function contentOf(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { status: _status, metadata, ...rest } = object;
  const { resourceVersion: _version, managedFields, ...own } = metadata;
  return { ...rest, metadata: own, managers: (managedFields ?? []).map(({ manager }) => manager) };
}
