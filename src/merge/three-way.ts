import type { UnknownRecord } from "../model/record.ts";
import { isReplaced, isSet, isUnion, mergeList, type MergeList } from "./merge-keys.ts";
import { sameJson } from "./same-json.ts";
import { isDefault, isStored } from "./stored.ts";

type FieldValue = unknown;

/**
 * The strategic merge patch that turns `current` into `modified`, as kubectl's client-side apply
 * makes it: what differs from `modified` is set, what `original` (last-applied) had and `modified` no
 * longer has goes away, what only the server has stays. `{}` when there is nothing to do.
 * `kind`: the type's name (`typeName`).
 * Source: strategic merge patch design (API conventions), CreateThreeWayMergePatch's documented outcome.
 */
export function threeWayPatch(
  original: UnknownRecord | undefined,
  modified: UnknownRecord,
  current: UnknownRecord,
  kind: string,
): UnknownRecord {
  return patchMap(original, modified, current, { kind, path: [] });
}

interface SchemaPath {
  readonly kind: string;
  readonly path: readonly string[];
}

function patchMap(
  original: UnknownRecord | undefined,
  modified: UnknownRecord,
  current: UnknownRecord,
  place: SchemaPath,
): UnknownRecord {
  const patch: Record<string, FieldValue> = {};
  for (const [key, value] of Object.entries(modified)) {
    // A null in a manifest asks for the field to be away.
    if (value === null) {
      if (key in current) patch[key] = null;
      continue;
    }
    const below = { kind: place.kind, path: [...place.path, key] };
    const live = current[key];
    const before = original?.[key];
    if (isMap(value) && isMap(live)) {
      const inner = patchMap(isMap(before) ? before : undefined, value, live, below);
      if (Object.keys(inner).length > 0) {
        if (isReplaced(place.kind, below.path)) patch[key] = value;
        else if (isUnion(place.kind, below.path)) patch[key] = { ...inner, $retainKeys: Object.keys(value) };
        else patch[key] = inner;
      }
      continue;
    }
    if (isSet(place.kind, below.path) && isList(value) && isList(live)) {
      const added = value.filter((each) => !live.includes(each));
      const gone = (isList(before) ? before : []).filter(
        (each) => !value.includes(each) && live.includes(each),
      );
      if (added.length > 0) patch[key] = added;
      if (gone.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = gone;
      continue;
    }
    const merged = mergeList(place.kind, below.path);
    if (merged !== undefined && isMaps(value) && isMaps(live)) {
      const { elements, order } = patchList(isMaps(before) ? before : [], value, live, merged, below);
      if (elements.length > 0) patch[key] = elements;
      if (order !== undefined) patch[`$setElementOrder/${key}`] = order;
      continue;
    }
    if (!isStored(place.kind, below.path, value, live)) patch[key] = value;
  }
  for (const key of Object.keys(original ?? {})) {
    if (key in modified || !(key in current)) continue;
    if (!isDefault(place.kind, [...place.path, key], current[key])) patch[key] = null;
  }
  return patch;
}

function patchList(
  original: readonly UnknownRecord[],
  modified: readonly UnknownRecord[],
  current: readonly UnknownRecord[],
  { key, retainKeys }: MergeList,
  place: SchemaPath,
): { readonly elements: readonly UnknownRecord[]; readonly order: readonly UnknownRecord[] | undefined } {
  // A list may name one key twice (a variable set twice): the second is compared with the second.
  const find = (list: readonly UnknownRecord[], value: FieldValue, nth = 0) =>
    list.filter((entry) => sameJson(entry[key], value))[nth];
  const elements: UnknownRecord[] = [];
  for (const [index, entry] of modified.entries()) {
    const nth = modified.slice(0, index).filter((other) => sameJson(other[key], entry[key])).length;
    const live = find(current, entry[key], nth);
    if (live === undefined) {
      elements.push(entry);
      continue;
    }
    const inner = patchMap(find(original, entry[key], nth), entry, live, place);
    if (retainKeys === true) {
      // A union whose source changed: name what stays, so that the old source goes.
      const gone = Object.keys(live).some((field) => !(field in entry));
      if (Object.keys(inner).length > 0 || gone) {
        elements.push({ ...inner, [key]: entry[key], $retainKeys: Object.keys(entry) });
      }
    } else if (Object.keys(inner).length > 0) {
      elements.push({ ...inner, [key]: entry[key] });
    }
  }
  for (const entry of original) {
    if (find(modified, entry[key]) === undefined && find(current, entry[key]) !== undefined) {
      elements.push({ $patch: "delete", [key]: entry[key] });
    }
  }
  const wanted = modified.map((entry) => entry[key]);
  const there = current
    .map((entry) => entry[key])
    .filter((value) => wanted.some((other) => sameJson(other, value)));
  const moved = !sameJson(
    there,
    wanted.filter((value) => there.some((other) => sameJson(other, value))),
  );
  const order = elements.length > 0 || moved ? modified.map((entry) => ({ [key]: entry[key] })) : undefined;
  return { elements, order };
}

function isMap(value: FieldValue): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function isMaps(value: FieldValue): value is readonly UnknownRecord[] {
  return Array.isArray(value) && value.every(isMap);
}
