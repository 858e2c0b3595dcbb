import { lastApplied } from "./last-applied.ts";
import { sameJson } from "./same-json.ts";
import type { KubeObject } from "../model/kube.ts";
import { withoutNulls } from "../model/record.ts";

/**
 * Whether the live object is as the file says: either kubectl applied exactly this last, or every
 * field of the file has its value there (the live one may have more: defaults, status, other
 * owners' fields). A value that the server writes differently than the file counts as different.
 */
export function isAsInFile(file: KubeObject, live: KubeObject): boolean {
  const applied = lastApplied(live);
  if (applied !== undefined && sameJson(withoutMarks(applied), withoutMarks(file))) return true;
  return isWithin(comparable(file), comparable(live));
}

/** The status in a file is not applied, nor is creationTimestamp: generators write it as null. */
function comparable({ apiVersion: _apiVersion, status: _status, metadata, ...rest }: KubeObject): unknown {
  const { creationTimestamp: _created, ...others } = metadata;
  return { ...rest, metadata: others };
}

/** The last-applied text has the namespace and an empty annotations map where the file may have neither. */
function withoutMarks({ metadata, ...rest }: KubeObject): unknown {
  const { namespace: _namespace, annotations, ...others } = metadata;
  const hasAnnotations = annotations !== undefined && Object.keys(annotations).length > 0;
  return withoutNulls({ ...rest, metadata: { ...others, ...(hasAnnotations ? { annotations } : {}) } });
}

function isWithin(part: unknown, whole: unknown): boolean {
  if (isEmpty(part)) return isEmpty(whole) || typeof whole === typeof part;
  // Go leaves out what is zero: `readOnly: false` is stored as nothing.
  if (whole === undefined && (part === false || part === 0 || part === "")) return true;
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) &&
      part.length === whole.length &&
      part.every((each, index) => isWithin(each, whole[index]))
    );
  }
  if (typeof part !== "object" || part === null) return Object.is(part, whole);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) =>
    isWithin(value, (whole as Readonly<Record<string, unknown>>)[key]),
  );
}

/** null, {} and [] are left out by the server or filled with defaults. */
function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0)
  );
}
