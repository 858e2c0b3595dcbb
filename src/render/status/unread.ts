import type { Unread } from "../../facts/unread.ts";

/** What could not be read, and why; a server that is gone is told once, not for each list. */
export function unreadLines(unread: readonly Unread[]): readonly string[] {
  return [...new Set(unread.map(({ message }) => message))];
}
