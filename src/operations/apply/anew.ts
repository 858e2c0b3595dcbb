import type { Connection, Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import { userError } from "../../errors.ts";
import { objectName } from "../../model/object-name.ts";
import type { Millis } from "../../model/time.ts";
import type { DryRun } from "../../perform/run.ts";
import { deletion } from "../../plan/apply/recreate.ts";
import type { Target } from "../../plan/apply/target.ts";
import { put } from "./put.ts";

/**
 * Deletes exactly what was looked at, and waits until it and its pods are gone (never two controllers). An
 * earlier run may have got as far as that. Resolves to whether it was deleted now.
 */
export async function removeOld(
  { ref, before }: Pick<Target, "ref" | "before">,
  { connection, discovery }: { readonly connection: Connection; readonly discovery: Discovery },
  { dryRun, timeout }: { readonly dryRun: DryRun; readonly timeout: Millis },
  signal: AbortSignal,
): Promise<boolean> {
  const uid = before?.metadata.uid;
  const live = await readObject(connection, ref);
  if (live === undefined || live.metadata.uid !== uid) return false;
  await put(connection, ref, (now) => (now?.metadata.uid === uid ? deletion({ ref, before }) : undefined), {
    dryRun,
    serverVersion: discovery.version,
  });
  if (dryRun !== "none") return true;
  const gone = await waitForObject(
    connection,
    ref,
    (now) => (now === undefined || now.metadata.uid !== uid ? true : undefined),
    { timeout, signal },
  );
  if (gone !== true) throw userError(`${objectName(ref)} is deleted, and its pods are not gone in time`);
  return true;
}
