import type { Unread } from "../../facts/unread.ts";

/** What could not be read, and why; a server that is gone is told once, not for each list. */
export function unreadLines(unread: readonly Unread[]): readonly string[] {
  const told = new Map(unread.map((each) => [each.message, each]));
  return [...told.values()].flatMap(({ message, ownLines }) =>
    ownLines === true ? message.split("\n") : [message],
  );
}
