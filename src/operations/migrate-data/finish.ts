import { readObject } from "../../cluster/read-object.ts";
import { sendWrite } from "../../cluster/write.ts";
import type { DataStep } from "../../data/plan.ts";
import { isApiError, userError, type UserError } from "../../errors.ts";
import type { UpgradeState } from "../../facts/upgrade.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { atLeast, parseVersion } from "../../releases/version.ts";
import { type OldPlace } from "./read.ts";
import type { Writing } from "./write.ts";

/** In words, what keeps the old objects from being deleted; undefined: nothing does. */
export function notYet({ nodes, daemonSets, unread }: UpgradeState): string | undefined {
  if (unread.length > 0)
    return `not everything could be read, and old nodes may still need the old objects: ${unread.map(({ message }) => message).join("; ")}`;
  if (daemonSets.length === 0)
    return "no DaemonSet runs calico-node here, so which release the hosts run is not seen; nothing old is deleted";
  const counted = nodes.filter(({ release, expected }) => release !== undefined || expected === true);
  if (counted.length === 0) return "no node with a calico-node pod was seen; nothing old is deleted";
  const behind = counted.filter(({ release }) => {
    const candidates = (release?.candidates ?? []).map(parseVersion);
    return (
      candidates.length === 0 || candidates.some((each) => each === undefined || !atLeast(each, "v2.5.0"))
    );
  });
  if (behind.length === 0) return undefined;
  const names = behind.slice(0, 5).map(({ name, release }) => `${name} (${release?.text ?? "no pod"})`);
  const more = behind.length > names.length ? `, ${String(behind.length - names.length)} more` : "";
  return `not every node is known to run v2.5 or later, and older ones read the old objects: ${names.join(", ")}${more}`;
}

/** Deletes what was brought over and is equal, all of it saved before the first one goes. */
export async function deleteOld(
  steps: readonly DataStep[],
  places: readonly OldPlace[],
  writing: Writing,
): Promise<void> {
  const going = steps.flatMap(({ kind, name, namespace, old }) => {
    const place = places.find(
      (each) => each.kind === kind && old?.apiVersion === `${each.group}/${each.version}`,
    );
    if (old === undefined || place === undefined) return [];
    const { group, version, resource } = place;
    return [{ ref: { group, version, resource, kind, namespace, name } satisfies Ref, old }];
  });
  const { bundle, dryRun, wrote } = writing;
  const ids =
    bundle === undefined
      ? []
      : await bundle.save(going.map(({ ref, old }) => ({ action: "deleted", ref, before: old })));
  for (const [at, { ref, old }] of going.entries()) {
    if (dryRun !== "client") await deleteOne(ref, old, ids[at], writing);
    wrote({ name: `${ref.kind.toLowerCase()}.${ref.group}/${ref.name}`, outcome: "deleted" });
  }
}

async function deleteOne(
  ref: Ref,
  { metadata: { uid = "", resourceVersion = "" } }: KubeObject,
  id: number | undefined,
  { connection, serverVersion, dryRun, signal, bundle }: Writing,
): Promise<void> {
  signal.throwIfAborted();
  // Older servers ignore the precondition (H08): looked at right before, which leaves a moment open.
  const closed = (parseVersion(serverVersion)?.minor ?? 0) >= 14;
  try {
    if (!closed) {
      const found = await readObject(connection, ref);
      if (found?.metadata.resourceVersion !== resourceVersion) throw changed(ref);
    }
    await sendWrite(
      connection,
      { verb: "delete", ref, uid, ...(closed ? { resourceVersion } : {}) },
      { dryRun: dryRun === "server", serverVersion },
    );
    if (id !== undefined) bundle?.done(id);
  } catch (error) {
    if (isApiError(error) && error.status < 500 && id !== undefined) bundle?.dropped(id);
    throw isApiError(error) && error.status === 409 ? changed(ref) : error;
  }
}

function changed({ kind, namespace = "", name }: Ref): UserError {
  return userError(
    `${kind} ${namespace}/${name} was changed since it was compared, and stays; run migrate-data again, then --finish`,
  );
}
