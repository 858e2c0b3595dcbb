import type { Session } from "../session.ts";

/** What is given back or removed is so also after a first signal; the second one leaves at once. */
export function lastly(session: Session): Session {
  const { second } = session.listen();
  return { ...session, listen: () => ({ first: second, second }) };
}
