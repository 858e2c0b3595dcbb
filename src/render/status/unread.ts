import type { UpgradeStatus } from "./kind.ts";

/** What could not be read, and why; a server that is gone is told once, not for each list. */
export function unreadLines({ unread }: UpgradeStatus): readonly string[] {
  return [...new Set(unread.map(({ message }) => message))];
}
