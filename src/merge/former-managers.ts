import { fingerprint } from "../model/fingerprint.ts";
import type { JsonObject, KubeObject, ManagedFieldsEntry, Ref } from "../model/kube.ts";
import { isOfStatus, managersOf } from "../model/managers.ts";
import { clientSideApplyManager, manager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applierOf } from "./applier.ts";
import type { FormerOwner } from "./restore-object.ts";

type Managers = readonly ManagedFieldsEntry[] | undefined;

/** As whom an object goes back (hazard H14): the server-side manager that applied it, if one did. */
export function formerOwner(before: KubeObject, managers: Managers): FormerOwner | undefined {
  if (managers === undefined) return undefined;
  const applier = applierOf({ ...before, metadata: { ...before.metadata, managedFields: managers } });
  return applier.kind === "server" ? { manager: applier.manager, fields: applier.fields } : undefined;
}

/**
 * Gives an object that is as it was the managers that it had, whoever wrote it since (hazard H14): the user's next
 * apply of the same file then has nothing to do and meets no conflict. Undefined: it has them, or the server keeps no
 * record.
 */
export function restoreManagers(live: KubeObject, managers: Managers, ref: Ref): Write | undefined {
  if (hasManagers(live, managers) || managers === undefined) return undefined;
  const { managedFields = [], resourceVersion } = live.metadata;
  return {
    verb: "patch",
    ref,
    patch: "json",
    body: [
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [...managers.filter((entry) => !isBookkeeping(entry)), ...managedFields.filter(isOfStatus)],
      },
      { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    ],
    fieldManager: manager,
  };
}

/** Whether these own its fields, and nobody else; when they last wrote does not matter. */
export function hasManagers(live: KubeObject, managers: Managers): boolean {
  const now = managersOf(live);
  if (managers === undefined || managers.length === 0 || now === undefined) return true;
  return fingerprint(comparable(now)) === fingerprint(comparable(managers));
}

/**
 * Whether an undo that was interrupted can have left them so: everybody who owns a field owned some before, or is one
 * in whose name undo writes.
 */
export function mayBeUndone(live: KubeObject, managers: Managers): boolean {
  const nameOf = ({ manager: name, operation }: ManagedFieldsEntry): string => `${operation} ${name}`;
  const before = new Set((managers ?? []).map(nameOf));
  const ours = new Set([`Update ${manager}`, `Update ${clientSideApplyManager}`]);
  return (managersOf(live) ?? []).every((entry) => before.has(nameOf(entry)) || ours.has(nameOf(entry)));
}

function comparable(entries: readonly ManagedFieldsEntry[]): readonly string[] {
  return entries
    .filter((entry) => !isBookkeeping(entry))
    .map(({ time: _when, ...entry }) => fingerprint(entry))
    .toSorted();
}

/** Annotations of ours: leases and notes come and go by themselves. */
function isBookkeeping({ manager: name, fieldsV1 }: ManagedFieldsEntry): boolean {
  if (name !== manager || fieldsV1 === undefined) return false;
  const only = (fields: unknown, key: string): unknown => {
    const [first, ...more] = Object.entries((fields ?? {}) as JsonObject);
    return first?.[0] === key && more.length === 0 ? first[1] : undefined;
  };
  return only(only(fieldsV1, "f:metadata"), "f:annotations") !== undefined;
}
