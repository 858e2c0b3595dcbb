import { listOf, recordOf } from "../../model/record.ts";
import type { Millis } from "../../model/time.ts";

/** What this process has seen of the draining of a node, by the UIDs of its pods. */
export interface DrainSeen {
  /** The server has said yes: the watch tells of their end later. */
  readonly evicted: readonly string[];
  /** A PodDisruptionBudget, or the server for another reason, has said "not now". */
  readonly blocked: Readonly<Record<string, Blocked>>;
}

export interface Blocked {
  readonly at: Millis;
  readonly why: string;
}

export const nothingDrained: DrainSeen = { evicted: [], blocked: {} };

/** The budget with what it needs and has is in the causes of the answer; kubectl leaves it out. */
export function blockedWhy(error: {
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}): string {
  const causes = listOf(error.details?.["causes"]).flatMap((cause) => {
    const message = recordOf(cause)?.["message"];
    return typeof message === "string" && message !== "" ? [message] : [];
  });
  return [error.message, ...causes].join(" ");
}
