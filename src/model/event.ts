import type { KubeObject } from "./kube.ts";
import { parseTime, type Millis } from "./time.ts";

/** What we read of an Event: what somebody saw happen to an object. */
export interface EventFacts {
  readonly reason: string;
  readonly message: string;
  readonly warning: boolean;
  /** The object it is about. */
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
  readonly count: number;
  readonly first?: Millis;
  readonly last?: Millis;
}

export function eventFacts(raw: KubeObject): EventFacts {
  const event = raw as KubeObject & {
    readonly reason?: string;
    readonly message?: string;
    readonly type?: string;
    readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
    readonly count?: number;
    readonly firstTimestamp?: string | null;
    readonly lastTimestamp?: string | null;
    readonly eventTime?: string | null;
    readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  };
  const about = event.involvedObject;
  const first = parseTime(event.firstTimestamp ?? event.eventTime ?? undefined);
  const last = parseTime(
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? undefined,
  );
  return {
    reason: event.reason ?? "",
    message: event.message ?? "",
    warning: event.type === "Warning",
    kind: about?.kind ?? "",
    name: about?.name ?? "",
    count: event.series?.count ?? event.count ?? 1,
    ...(about?.uid === undefined ? {} : { uid: about.uid }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  };
}
