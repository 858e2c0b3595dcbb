/**
 * JSON with sorted keys and without nulls: two templates that the API server
 * holds equal have the same fingerprint, whichever API version or client wrote them down.
 */
export function fingerprint(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(fingerprint).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      // `$patch: replace` is how a ControllerRevision wraps its template.
      .filter(([key, entry]) => entry !== null && entry !== undefined && key !== "$patch")
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${fingerprint(entry)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
