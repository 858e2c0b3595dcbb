import type { Connection } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import { userError } from "../../errors.ts";
import { applyObject } from "../../merge/apply-object.ts";
import type { ApplyStepId, Part } from "../../plan/apply/parts.ts";
import { objectName } from "../../model/object-name.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
import { put, type Put } from "./put.ts";
import { deletion } from "./recreate.ts";
import { waitRolledOut } from "./rollout.ts";
import { type Scene, type Target } from "./scene.ts";

/**
 * The step in which an object of this part is made anew: that in which it would have been changed. Bindings come
 * first: what is upgraded after them needs the new role.
 */
export function anewIn(part: Part): ApplyStepId {
  if (part === "controller") return "controller";
  return part === "typha" || part === "typha-around" ? "typha" : "expand";
}

interface Around {
  readonly connection: Connection;
  readonly discovery: Scene["discovery"];
}

/**
 * Deletes exactly what was looked at, and waits until it and its pods are gone (never two controllers). An
 * earlier run may have got as far as that. Resolves to whether it was deleted now.
 */
export async function removeOld(
  { ref, before }: Pick<Target, "ref" | "before">,
  { connection, discovery }: Around,
  { dryRun, timeout }: Pick<ApplyOptions, "dryRun" | "timeout">,
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

/**
 * Removes the old one and creates what the file says; a workload is waited for. The name is taken in between
 * by nobody else, or the create says so.
 */
export async function makeAnew(
  target: Target,
  around: Around & Pick<Scene, "install">,
  options: Pick<ApplyOptions, "dryRun" | "forceConflicts" | "timeout">,
  signal: AbortSignal,
  tell: (outcome: string) => void,
  say: (line: string) => void,
): Promise<Put> {
  const { connection, install, discovery } = around;
  const { ref, object } = target;
  const write = { dryRun: options.dryRun, serverVersion: discovery.version };
  const limits = { timeout: options.timeout, signal };
  if (await removeOld(target, around, options, signal)) tell("deleted");
  const made = await put(
    connection,
    ref,
    (now) => applyObject(now, object, ref, install, options.forceConflicts).write,
    write,
  );
  tell(made.outcome);
  if (ref.kind === "Deployment") await waitRolledOut(connection, ref, limits, say);
  return made;
}
