import type { Connection } from "../../cluster/port.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import { userError } from "../../errors.ts";
import { applyObject } from "../../merge/apply-object.ts";
import type { ApplyStepId, Part } from "../../plan/apply/parts.ts";
import { objectName } from "../../render/apply-lines.ts";
import type { ApplyOptions } from "./options.ts";
import { put, type Put } from "./put.ts";
import { deletion } from "./recreate.ts";
import { waitRolledOut } from "./rollout.ts";
import { readObject, type Scene, type Target } from "./scene.ts";

/**
 * The step in which an object of this part is made anew: that in which it would have been changed. Bindings come
 * first: what is upgraded after them needs the new role.
 */
export function anewIn(part: Part): ApplyStepId {
  if (part === "controller") return "controller";
  return part === "typha" || part === "typha-around" ? "typha" : "expand";
}

/**
 * Deletes exactly what was looked at, waits until it and its pods are gone (never two controllers), and
 * creates what the file says; a workload is waited for. The name is taken in between by nobody else, or the
 * create says so. An earlier run may have got as far as the delete.
 */
export async function makeAnew(
  target: Target,
  {
    connection,
    install,
    discovery,
  }: Pick<Scene, "install" | "discovery"> & { readonly connection: Connection },
  options: Pick<ApplyOptions, "dryRun" | "forceConflicts" | "timeout">,
  signal: AbortSignal,
  tell: (outcome: string) => void,
): Promise<Put> {
  const { ref, object, before } = target;
  const write = { dryRun: options.dryRun, serverVersion: discovery.version };
  const limits = { timeout: options.timeout, signal };
  const uid = before?.metadata.uid;
  const live = await readObject(connection, ref);
  if (live !== undefined && live.metadata.uid === uid) {
    await put(connection, ref, () => deletion(target), write);
    const gone = await waitForObject(
      connection,
      ref,
      (now) => (now === undefined || now.metadata.uid !== uid ? true : undefined),
      limits,
    );
    if (gone !== true) throw userError(`${objectName(ref)} is deleted, and its pods are not gone in time`);
    tell("deleted");
  }
  const made = await put(
    connection,
    ref,
    (now) => applyObject(now, object, ref, install, options.forceConflicts).write,
    write,
  );
  tell(made.outcome);
  if (ref.kind === "Deployment") await waitRolledOut(connection, ref, limits);
  return made;
}
