import { fingerprint } from "../model/fingerprint.ts";
import type { KubeObject } from "../model/kube.ts";
import { isRecord } from "../model/record.ts";

/** One field that differs; undefined: it is not there. */
export interface Difference {
  readonly path: string;
  readonly wanted?: string;
  readonly found?: string;
}

/**
 * What differs in content between an object as it should be and as it is: the spec whole, labels and
 * annotations as far as they are wanted. Calico leaves false and empty values out when it writes: such a
 * field and none are the same.
 */
export function differences(wanted: KubeObject, found: KubeObject): readonly Difference[] {
  return [
    ...between("spec", wanted["spec"], found["spec"]),
    ...(["labels", "annotations"] as const).flatMap((field) =>
      Object.entries(wanted.metadata[field] ?? {}).flatMap(([key, value]) =>
        between(`metadata.${field}[${key}]`, value, found.metadata[field]?.[key]),
      ),
    ),
  ];
}

/** Text that is equal exactly where nothing differs. */
export function specText(object: KubeObject): string {
  return fingerprint(withoutEmpty(object["spec"]));
}

function between(path: string, wanted: unknown, found: unknown): readonly Difference[] {
  if (isRecord(wanted) && isRecord(found)) {
    const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
    return fields.flatMap((field) => between(`${path}.${field}`, wanted[field], found[field]));
  }
  const [left, right] = [withoutEmpty(wanted), withoutEmpty(found)];
  if (fingerprint(left) === fingerprint(right)) return [];
  return [
    {
      path,
      ...(left === undefined ? {} : { wanted: JSON.stringify(left) }),
      ...(right === undefined ? {} : { found: JSON.stringify(right) }),
    },
  ];
}

function withoutEmpty(value: unknown): unknown {
  if (value === null || value === undefined || value === false) return undefined;
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).flatMap(([key, each]) => {
    const inner = withoutEmpty(each);
    return inner === undefined ? [] : [[key, inner] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** `spec.value is "2" on the old side and "1" on the new one` */
export function differenceText({ path, wanted, found }: Difference): string {
  return `${path} is ${short(wanted)} on the old side and ${short(found)} on the new one`;
}

function short(value: string | undefined): string {
  if (value === undefined) return "missing";
  return value.length > 120 ? `${value.slice(0, 120)}…` : value;
}
