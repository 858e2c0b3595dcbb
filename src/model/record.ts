export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordOf(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(raw) ? raw : undefined;
}

/** Absent, null and [] are all the empty list. */
export function listOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? (raw as readonly unknown[]) : [];
}
