import type { KubeObject } from "../model/kube.ts";
import { lastAppliedAnnotation } from "../model/names.ts";
import { isRecord } from "../model/record.ts";

/** What kubectl apply wrote down last, or undefined; a text that is no JSON counts as none. */
export function lastApplied(live: KubeObject): KubeObject | undefined {
  const text = live.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The object with the annotation that kubectl's client-side apply gives it. */
export function withLastApplied(desired: KubeObject): KubeObject {
  const text = lastAppliedText(desired);
  const annotations = { ...desired.metadata.annotations, [lastAppliedAnnotation]: text };
  return { ...desired, metadata: { ...desired.metadata, annotations } };
}

/** The text of that annotation. */
export function lastAppliedText(desired: KubeObject): string {
  const { [lastAppliedAnnotation]: _old, ...annotations } = desired.metadata.annotations ?? {};
  return `${goJson({ ...desired, metadata: { ...desired.metadata, annotations } })}\n`;
}

/**
 * An object as an apply of the same file by kubectl's other way would have left it: a server-side one writes the note in
 * another form, and a client-side one puts it where there was none.
 */
export function withOtherNotes(live: KubeObject): readonly KubeObject[] {
  const { annotations = {}, ...metadata } = live.metadata;
  const { [lastAppliedAnnotation]: text, ...others } = annotations;
  if (text === undefined) return [];
  const applied = lastApplied(live);
  const own = (noted: Readonly<Record<string, string>>): KubeObject => ({
    ...live,
    metadata: { ...metadata, ...(Object.keys(noted).length === 0 ? {} : { annotations: noted }) },
  });
  const same = applied === undefined || !isRecord(applied.metadata) ? undefined : lastAppliedText(applied);
  return [own(others), ...(same === undefined ? [] : [own({ ...others, [lastAppliedAnnotation]: same })])];
}

/**
 * JSON as Go's encoding/json writes it: keys sorted, no white space, and <, >, &, U+2028, U+2029 escaped.
 * kubectl compares the annotation as text, so every byte counts.
 */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${goString(key)}:${goJson(entry)}`).join(",")}}`;
  }
  if (typeof value === "string") return goString(value);
  return JSON.stringify(value) ?? "null";
}

/** Go writes \u0008 and \u000c where JSON.stringify writes \b and \f. */
function goString(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]|\\[bf]/g, (found) => {
    if (found === "\\b") return "\\u0008";
    if (found === "\\f") return "\\u000c";
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
