import { list } from "../cluster/list.ts";
import type { Connection } from "../cluster/port.ts";
import { isApiError } from "../errors.ts";
import { eventFacts, type EventFacts } from "../model/event.ts";

const place = { group: "", version: "v1", resource: "events", kind: "Event" } as const;

/** The events of a namespace, as far as this user may read them. */
export async function readEvents(
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly EventFacts[] | undefined> {
  return (await orNothing(() => list(connection, place, { namespace, pick: eventFacts, signal })))?.items;
}

/** What only explains: whoever may not read it sees the pod's own status. */
export async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isApiError(error)) throw error;
    return undefined;
  }
}
