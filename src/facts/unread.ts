import type { Observed } from "../model/observed.ts";
import type { Reading } from "../model/reading.ts";

/** A reading that was asked for and is not known. */
export interface Unread {
  /** The resources, as kubectl names them. */
  readonly what: string;
  readonly why: "forbidden" | "not served" | "failed";
  readonly message: string;
  readonly ownLines?: true;
}

/** What of the state of an upgrade could not be read. */
export function unreadOf(observed: Observed): readonly Unread[] {
  const readings: Readonly<Record<string, Reading<unknown>>> = {
    nodes: observed.nodes,
    daemonsets: observed.daemonSets,
    pods: observed.pods,
    controllerrevisions: observed.revisions,
    "deployments and replicasets": observed.workloads,
    configmaps: observed.configMaps,
    installations: observed.installation,
    events: observed.events,
  };
  return Object.entries(readings).flatMap(([what, reading]) =>
    reading.known || reading.why === "not asked"
      ? []
      : [
          {
            what,
            why: reading.why,
            message: reading.message,
            ...(reading.ownLines === true ? { ownLines: reading.ownLines } : {}),
          },
        ],
  );
}
