import { setTimeout as sleep } from "node:timers/promises";
import { isApiError, isConnectionError } from "../errors.ts";
import { isRecord, recordOf } from "../model/record.ts";
import { anObject } from "./an-object.ts";
import type { ListSelection } from "./list.ts";
import { apiVersionOf, collectionPath } from "./paths.ts";
import type { Connection, WatchEvent } from "./port.ts";
import { statusError } from "./response-error.ts";
import type { ApiResource } from "../model/api-resource.ts";

/** The server ends a watch after this long; one that is silent for longer is dead. */
const watchSeconds = 300;
const graceMillis = 15_000;

/** Waits between attempts when the server does not answer. */
const firstDelayMillis = 500;
const longestDelayMillis = 10_000;

/**
 * Changes from `resourceVersion` on, resumed after every cut, without end until the signal aborts.
 * Throws ApiError 410 when that point is no longer known (the caller lists again), and what else the
 * server refuses for good; `onTrouble` hears of what is tried again.
 */
export async function* watch(
  connection: Connection,
  served: ApiResource,
  options: ListSelection & {
    readonly resourceVersion: string;
    readonly signal: AbortSignal;
    readonly onTrouble?: (error: unknown) => void;
  },
): AsyncGenerator<WatchEvent> {
  const { signal } = options;
  let { resourceVersion } = options;
  let delay = firstDelayMillis;
  while (!signal.aborted) {
    const silence = AbortSignal.timeout(watchSeconds * 1000 + graceMillis);
    let lived = false;
    try {
      const events = connection.stream({
        method: "GET",
        path: collectionPath(served, options.namespace),
        query: {
          labelSelector: options.labelSelector,
          fieldSelector: options.fieldSelector,
          watch: "true",
          allowWatchBookmarks: "true",
          resourceVersion,
          timeoutSeconds: String(watchSeconds),
        },
        signal: AbortSignal.any([signal, silence]),
      });
      for await (const raw of events) {
        const event = readEvent(raw, served);
        lived = true;
        delay = firstDelayMillis;
        resourceVersion = versionOf(event) ?? resourceVersion;
        yield event;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      options.onTrouble?.(error);
    }
    if (signal.aborted) return;
    // A watch that lived is taken up again at once; one that gave nothing waits.
    if (lived) continue;
    await sleep(delay, undefined, { signal }).catch(() => undefined);
    delay = Math.min(delay * 2, longestDelayMillis);
  }
}

/** Nobody there, too much to do, or a fault of the moment: worth another attempt. */
function isPassing(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  return isApiError(error) && (error.status === 429 || error.status >= 500);
}

function versionOf(event: WatchEvent): string | undefined {
  return event.type === "BOOKMARK" ? event.resourceVersion : event.object.metadata.resourceVersion;
}

function readEvent(raw: unknown, served: Pick<ApiResource, "group" | "version" | "kind">): WatchEvent {
  const { type, object: said } = isRecord(raw) ? raw : {};
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED": {
      const object = anObject(said, served.kind);
      return {
        type,
        object: {
          ...object,
          apiVersion: object.apiVersion ?? apiVersionOf(served),
          kind: object.kind ?? served.kind,
        },
      };
    }
    case "BOOKMARK": {
      const version = recordOf(recordOf(said)?.["metadata"])?.["resourceVersion"];
      return { type, resourceVersion: typeof version === "string" ? version : "" };
    }
    default:
      // ERROR carries a Status: 410 when the server forgot the point we resume from.
      throw statusError(said);
  }
}
