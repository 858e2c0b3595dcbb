import type { KubeObject } from "../model/kube.ts";
import { isReplaced, mergeList, typeName } from "./merge-keys.ts";
import { isRecord, type UnknownRecord } from "../model/record.ts";
import { sameJson } from "./same-json.ts";

const order = "$setElementOrder/";
const deleted = "$deleteFromPrimitiveList/";

/** The object that a patch of `threeWayPatch` makes of the live one, before the server fills anything in. */
export function patched(live: KubeObject, patch: UnknownRecord): KubeObject {
  return patchMap(live, patch, { kind: typeName(live), path: [] }) as KubeObject;
}

interface PatchPath {
  readonly kind: string;
  readonly path: readonly string[];
}

function patchMap(live: UnknownRecord, patch: UnknownRecord, place: PatchPath): UnknownRecord {
  const kept = patch["$retainKeys"];
  const result: Record<string, unknown> = Array.isArray(kept)
    ? Object.fromEntries(Object.entries(live).filter(([key]) => kept.includes(key)))
    : { ...live };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(order)) continue;
    if (key.startsWith(deleted)) {
      const field = key.slice(deleted.length);
      result[field] = listIn(result, field).filter((each) => !listIn(patch, key).includes(each));
      continue;
    }
    if (key.startsWith("$")) continue;
    const below = { kind: place.kind, path: [...place.path, key] };
    const there = result[key];
    if (value === null) delete result[key];
    else if (isRecord(value) && isRecord(there) && !isReplaced(place.kind, below.path))
      result[key] = patchMap(there, value, below);
    else if (key === "finalizers" && Array.isArray(value) && Array.isArray(there))
      result[key] = [...new Set([...(there as unknown[]), ...(value as unknown[])])];
    else {
      const merged = mergeList(place.kind, below.path);
      result[key] =
        merged !== undefined && isMaps(value) && isMaps(there)
          ? patchList(there, value, merged.key, below)
          : value;
    }
  }
  return result;
}

function patchList(
  live: readonly UnknownRecord[],
  patch: readonly UnknownRecord[],
  key: string,
  place: PatchPath,
): readonly UnknownRecord[] {
  const gone = patch.filter((each) => each["$patch"] === "delete");
  const result = live.filter((each) => !gone.some((other) => sameJson(other[key], each[key])));
  for (const each of patch) {
    if (gone.includes(each)) continue;
    const index = result.findIndex((other) => sameJson(other[key], each[key]));
    const there = result[index];
    if (there === undefined) result.push(each);
    else result[index] = patchMap(there, each, place);
  }
  return result;
}

function listIn(map: UnknownRecord, field: string): readonly unknown[] {
  const value = map[field];
  return Array.isArray(value) ? value : [];
}

function isMaps(value: unknown): value is readonly UnknownRecord[] {
  return Array.isArray(value) && value.every(isRecord);
}
