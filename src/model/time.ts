/** Times in the core are milliseconds since the epoch; this file alone turns text into them. */
export type Millis = number;

/** RFC 3339 (object timestamps) or RFC 9110 (the Date header); undefined when it is neither. */
export function parseTime(text: string | undefined): Millis | undefined {
  if (text === undefined || text === "") return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** RFC 3339 with seconds, as Kubernetes writes times. */
export function formatTime(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}
