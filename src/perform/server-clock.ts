import type { Connection } from "../cluster/port.ts";
import type { Millis } from "../model/time.ts";

/** Between two clocks that agree, the Date header's whole seconds and the way there explain this much. */
const tolerance: Millis = 2_000;

/**
 * The API server's clock, from the Date headers of its answers: leases and taints are judged by it, and
 * the machine the tool runs on may be minutes off.
 */
export interface ServerClock {
  readonly now: () => Millis;
  /** Takes in the Date header of an answer. */
  readonly heard: (date: Millis | undefined) => void;
}

export function serverClock(local: () => Millis): ServerClock {
  let offset = 0;
  return {
    now: () => local() + offset,
    heard(date) {
      if (date === undefined) return;
      // The header has no fraction: on average half a second has passed.
      const apart = date + 500 - local();
      if (Math.abs(apart - offset) > tolerance) offset = Math.abs(apart) > tolerance ? apart : 0;
    },
  };
}

/** The same connection, whose answers also set the clock. */
export function heard(given: Connection, clock: ServerClock): Connection {
  return {
    ...given,
    async request(request) {
      const answer = await given.request(request);
      clock.heard(answer.date);
      return answer;
    },
  };
}
