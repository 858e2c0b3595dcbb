import type { JsonObject, KubeObject } from "../model/kube.ts";
import { elementFields } from "./extract.ts";

/**
 * Whether a server-side manager, by its fieldsV1, owns every value that the file sets. Of one that it does not own
 * kubectl's next apply writes that down, also where the server keeps no such value (`preserveUnknownFields: false`).
 */
export function ownsAll(file: KubeObject, fields: JsonObject): boolean {
  const { apiVersion: _version, kind: _kind, status: _status, metadata, ...rest } = file;
  const { labels = {}, annotations = {} } = metadata;
  return owns({ ...rest, metadata: { labels, annotations } }, fields);
}

function owns(value: unknown, fields: JsonObject | undefined): boolean {
  // What is empty may be kept as nothing, and is owned by nobody then.
  if (value === null || value === undefined) return true;
  const isLeaf = fields !== undefined && Object.keys(fields).every((key) => key === ".");
  if (isLeaf) return true;
  if (Array.isArray(value)) {
    if (fields === undefined) return value.length === 0;
    return value.every((element: unknown) => {
      const own = elementFields(fields, element);
      // The server may have filled in one of its keys: then it cannot be found by them.
      return own === undefined || owns(element, own);
    });
  }
  if (typeof value !== "object") return fields !== undefined;
  return Object.entries(value).every(([key, inner]) =>
    owns(inner, fields?.[`f:${key}`] as JsonObject | undefined),
  );
}
