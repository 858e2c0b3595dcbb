import type { UnknownRecord } from "../model/record.ts";
import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../model/kube.ts";
import { clientSideApplyManager, lastAppliedAnnotation, manager as own } from "../model/names.ts";
import { lastApplied } from "./last-applied.ts";
import { mergeList, typeName } from "./merge-keys.ts";
import { sameJson } from "./same-json.ts";
import { isStored } from "./stored.ts";

/** A field that somebody other than its applier has set and that the file would change. */
export interface FieldConflict {
  /** `.spec.template.spec.containers[name="calico-node"].env[name="FELIX_LOGSEVERITYSCREEN"].value`. */
  readonly field: string;
  /** Undefined where the server keeps no managers (Kubernetes ≤ 1.17): somebody. */
  readonly manager?: string;
  /** When that manager last wrote, as the server has it. */
  readonly time?: string;
}

/**
 * The conflicts of a patch that `threeWayPatch` made. A field counts when another manager owns it; where
 * the server keeps no managers, when its value is neither the last applied one nor the file's.
 */
export function conflictsOf(
  live: KubeObject,
  patch: Readonly<Record<string, unknown>>,
  applier: string,
): readonly FieldConflict[] {
  const fields = live.metadata.managedFields;
  const managed = fields !== undefined && fields.length > 0;
  const others = (fields ?? []).filter(
    ({ manager, fieldsV1, subresource }) =>
      manager !== undefined &&
      fieldsV1 !== undefined &&
      subresource !== "status" &&
      ![applier, own, clientSideApplyManager, "before-first-apply"].includes(manager),
  );
  const before = lastApplied(live);
  const type = typeName(live);
  if (!managed && before === undefined) return [];
  const found: FieldConflict[] = [];
  walk({
    patch,
    live,
    before,
    owners: others.map((entry) => ({ entry, at: entry.fieldsV1 })),
    field: "",
    path: [],
  });
  return found;

  function walk(here: Here): void {
    for (const [key, wanted] of Object.entries(here.patch)) {
      if (key.startsWith("$") || key === lastAppliedAnnotation) continue;
      const current = child(here.live, key);
      if (current === undefined) continue;
      const next = {
        live: current,
        before: child(here.before, key),
        owners: here.owners.map(({ entry, at }) => ({ entry, at: fieldsBelow(at, `f:${key}`) })),
        field: `${here.field}.${key}`,
        path: [...here.path, key],
      };
      const keyed = mergeList(type, next.path);
      if (keyed !== undefined && isMaps(wanted) && isMaps(current))
        walkList(next, keyed.key, wanted, current);
      else if (isMap(wanted) && isMap(current)) walk({ ...next, patch: wanted });
      else leaf(next);
    }
  }

  function walkList(
    here: Omit<Here, "patch">,
    key: string,
    wanted: readonly UnknownRecord[],
    current: readonly UnknownRecord[],
  ): void {
    for (const element of wanted) {
      const there = current.find((each) => sameJson(each[key], element[key]));
      if (there === undefined) continue;
      const old = isMaps(here.before)
        ? here.before.find((each) => sameJson(each[key], element[key]))
        : undefined;
      const next = {
        live: there,
        before: old,
        owners: here.owners.map(({ entry, at }) => ({ entry, at: elementBelow(at, there) })),
        field: `${here.field}[${key}=${JSON.stringify(element[key])}]`,
        path: here.path,
      };
      if (element["$patch"] === "delete") leaf(next);
      else {
        const { [key]: _own, ...patched } = element;
        walk({ ...next, patch: patched });
      }
    }
  }

  function leaf({ live: value, before: old, owners, field, path }: Omit<Here, "patch">): void {
    if (!managed) {
      if (old !== undefined && isAtomic(value) && !isStored(type, path, old, value)) found.push({ field });
      return;
    }
    const owner = owners.find(({ at }) => at !== undefined)?.entry;
    if (owner?.manager === undefined) return;
    found.push({
      field,
      manager: owner.manager,
      ...(owner.time === undefined ? {} : { time: owner.time }),
    });
  }
}

interface Here {
  readonly patch: UnknownRecord;
  readonly live: unknown;
  readonly before: unknown;
  readonly owners: readonly { readonly entry: ManagedFieldsEntry; readonly at: JsonObject | undefined }[];
  readonly field: string;
  /** Field names alone, as merge keys are looked up by. */
  readonly path: readonly string[];
}

/** An atomic list or map is a leaf for who owns it: everything below belongs to the same. */
function fieldsBelow(fields: JsonObject | undefined, key: string): JsonObject | undefined {
  if (fields === undefined) return undefined;
  return Object.keys(fields).length === 0 ? fields : (fields[key] as JsonObject | undefined);
}

function elementBelow(fields: JsonObject | undefined, element: UnknownRecord): JsonObject | undefined {
  if (fields === undefined) return undefined;
  const found = Object.entries(fields).find(([key]) => {
    if (!key.startsWith("k:")) return false;
    const keys = JSON.parse(key.slice(2)) as UnknownRecord;
    return Object.entries(keys).every(([name, value]) => sameJson(element[name], value));
  });
  return found?.[1] as JsonObject | undefined;
}

function child(value: unknown, key: string): unknown {
  return isMap(value) ? value[key] : undefined;
}

function isAtomic(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isMap(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMaps(value: unknown): value is readonly UnknownRecord[] {
  return Array.isArray(value) && value.every(isMap);
}
