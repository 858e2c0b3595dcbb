import type { Unread } from "../../facts/unread.ts";

/** What could not be read, and why; a server that is gone is reported once, not for each list. */
export function unreadLines(unread: readonly Unread[]): readonly string[] {
  const byMessage = new Map(unread.map((each) => [each.message, each]));
  return [...byMessage.values()].flatMap(({ message, ownLines }) =>
    ownLines === true ? message.split("\n") : [message],
  );
}
