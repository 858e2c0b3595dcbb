import type { KubeObject } from "./kube.ts";
import { manager } from "./names.ts";
import { formatTime, type Millis } from "./time.ts";
import { visible } from "./visible.ts";

/** What an Event is about. */
export interface Involved {
  readonly apiVersion: string;
  readonly kind: "Node" | "DaemonSet";
  readonly name: string;
  /** Of a Node its name, as kubelets have it: old releases of `kubectl describe node` look for nothing else. */
  readonly uid: string;
  /** Absent: it has none, and the Event stands in `default`. */
  readonly namespace?: string;
}

/** The API server takes no longer ones. */
const longestMessage = 1024;

/** An Event as client-go's recorder writes it, in the core API, which every server has. */
export function eventObject(
  about: Involved,
  text: { readonly type: string; readonly reason: string; readonly message: string },
  now: Millis,
): KubeObject {
  const time = formatTime(now);
  const { type, reason, message } = text;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${about.name}.${(BigInt(now) * 1_000_000n).toString(16)}`,
      namespace: about.namespace ?? "default",
    },
    involvedObject: about,
    type,
    reason,
    message: visible(message).slice(0, longestMessage),
    source: { component: manager },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
