import { hasServerDryRun } from "../cluster/server-dry-run.ts";
import { sendWrite } from "../cluster/write.ts";
import { isApiError, isFieldConflict } from "../errors.ts";
import { fingerprint } from "../model/fingerprint.ts";
import type { KubeObject } from "../model/kube.ts";
import { lastAppliedAnnotation } from "../model/names.ts";
import { objectName } from "../model/object-name.ts";
import type { Write } from "../model/write.ts";
import { warn, type Session } from "./session.ts";
import { refusesDryRun, triedKey, unknownText, type TriedWrites } from "./try-writes.ts";

/**
 * Sends the writes as a dry run where the server has one. What admission or validation would refuse is
 * better known before the first write; and only the server knows whether its defaults make the file's
 * words another template. Answers, by the state of the object, whether its pod template changes.
 */
export async function tryOut(
  session: Pick<Session, "connection" | "emit">,
  serverVersion: string,
  raw: KubeObject | undefined,
  writes: readonly Write[],
  /** What an earlier part of the run has tried. */
  tried?: TriedWrites,
): Promise<ReadonlyMap<string, boolean>> {
  const { connection } = session;
  const known = new Map<string, boolean>();
  for (const write of writes) {
    if (!(await hasServerDryRun(connection, serverVersion, write))) return known;
    try {
      const object =
        tried?.get(triedKey(write)) ??
        (await sendWrite(connection, write, { dryRun: true, serverVersion })).object;
      if (raw === undefined) continue;
      known.set(state(raw), fingerprint(templateOf(raw)) !== fingerprint(templateOf(object)));
      // What the write will have made is up to date.
      known.set(state(object), false);
      if (state(object) !== state(raw) && known.get(state(raw)) === false) known.delete(state(raw));
    } catch (error) {
      if (isApiError(error) && refusesDryRun(error)) {
        warn(session, unknownText([objectName(write.ref)], error.message));
        return known;
      }
      // Somebody wrote it this very moment: the run itself looks again.
      if (!isApiError(error) || error.status !== 409 || isFieldConflict(error)) throw error;
    }
  }
  return known;
}

/** Spec and last-applied of a workload; a DaemonSet's strategy left out: that is pinned and put back meanwhile. */
export function state(object: KubeObject): string {
  const {
    updateStrategy: _held,
    templateGeneration: _counted,
    ...spec
  } = (object["spec"] ?? {}) as Record<string, unknown>;
  return fingerprint({
    spec,
    labels: object.metadata.labels,
    lastApplied: object.metadata.annotations?.[lastAppliedAnnotation],
  });
}

function templateOf(object: KubeObject): unknown {
  return (object["spec"] as { readonly template?: unknown } | undefined)?.template;
}
