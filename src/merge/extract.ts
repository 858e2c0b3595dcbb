import type { JsonObject, KubeObject } from "../model/kube.ts";
import { sameJson } from "./same-json.ts";

/**
 * The part of an object that a server-side manager owns, out of its fieldsV1: what it would have to apply
 * again to change one field and keep the others. Format: structured-merge-diff (`f:` field, `k:` list
 * element by its keys, `v:` value of a set, `.` the element itself).
 */
export function extractOwned(live: KubeObject, fields: JsonObject): KubeObject {
  const owned = extract(live, fields) as Partial<KubeObject>;
  const { name, namespace } = live.metadata;
  return {
    ...owned,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { ...owned.metadata, name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

function extract(value: unknown, fields: JsonObject): unknown {
  const below = Object.entries(fields).filter(([key]) => key !== ".");
  // A leaf, or an atomic list or map: all of it.
  if (below.length === 0) return value;
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown) => {
      const own = elementFields(fields, element);
      return own === undefined ? [] : [extract(element, own)];
    });
  }
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of below) {
    if (!key.startsWith("f:")) continue;
    const field = key.slice(2);
    const own = (value as Readonly<Record<string, unknown>>)[field];
    if (own !== undefined) result[field] = extract(own, inner as JsonObject);
  }
  return result;
}

/** What a manager owns of one element of a list; undefined: nothing. */
export function elementFields(fields: JsonObject, element: unknown): JsonObject | undefined {
  return Object.entries(fields).find(([key]) => isElement(key, element))?.[1] as JsonObject | undefined;
}

function isElement(key: string, element: unknown): boolean {
  if (key.startsWith("v:")) return sameJson(JSON.parse(key.slice(2)), element);
  if (!key.startsWith("k:") || typeof element !== "object" || element === null) return false;
  const keys = JSON.parse(key.slice(2)) as Readonly<Record<string, unknown>>;
  const fields = element as Readonly<Record<string, unknown>>;
  return Object.entries(keys).every(([name, wanted]) => sameJson(fields[name], wanted));
}
