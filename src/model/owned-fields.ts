import { below, deepest, misfitHere, nestsTooDeep, type Misfit } from "./misfit.ts";
import { isRecord } from "./record.ts";

/**
 * What is wrong with a fieldsV1; undefined: nothing. It is objects all the way down, and a key that names an element of
 * a list holds JSON (structured-merge-diff, fieldpath/serialize-pe.go).
 */
export function misfitOwned(fields: unknown, depth = 0): Misfit | undefined {
  if (!isRecord(fields))
    return misfitHere((place) => `${place} holds something else than the names of fields`);
  if (depth > deepest) return nestsTooDeep;
  for (const [key, inner] of Object.entries(fields)) {
    if (/^[kv]:/.test(key) && !isJson(key.slice(2), key.startsWith("k:")))
      return misfitHere((place) => `${place} names an element of a list by what is no JSON`);
    const wrong = misfitOwned(inner, depth + 1);
    if (wrong !== undefined) return below(key, wrong);
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
