import { isRecord } from "./record.ts";

/** No object of Kubernetes nests deeper. */
const deepest = 150;

/**
 * What is wrong with a fieldsV1, with its place; undefined: nothing. It is objects all the way down, and a key that
 * names an element of a list holds JSON (structured-merge-diff, fieldpath/serialize-pe.go).
 */
export function misfitOwned(fields: unknown, place: string, depth = 0): string | undefined {
  if (!isRecord(fields)) return `${place} holds something else than the names of fields`;
  if (depth > deepest) return `${place.slice(0, 80)}… nests more than ${String(deepest)} levels`;
  for (const [key, inner] of Object.entries(fields)) {
    if (/^[kv]:/.test(key) && !isJson(key.slice(2), key.startsWith("k:")))
      return `${place} names an element of a list by what is no JSON`;
    const wrong = misfitOwned(inner, `${place}.${key}`, depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function isJson(text: string, isKeys: boolean): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return !isKeys || isRecord(value);
  } catch {
    return false;
  }
}
