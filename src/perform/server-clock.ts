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
  /** This machine's time, for `update`. */
  readonly local: () => Millis;
  /** Takes in the Date header of an answer to what was sent at this time of this machine. */
  readonly update: (date: Millis | undefined, sent?: Millis) => void;
}

export function serverClock(local: () => Millis): ServerClock {
  let offset = 0;
  return {
    now: () => local() + offset,
    local,
    update(date, sent = local()) {
      if (date === undefined) return;
      // The header has no fraction: on average half a second has passed. It was written at some time between: an answer
      // that is read late, because the process stood still, does not set the clock back.
      const least = date + 500 - local();
      const most = date + 500 - sent;
      const fits = (each: Millis): boolean => each >= least - tolerance && each <= most + tolerance;
      if (!fits(offset)) offset = fits(0) ? 0 : offset < least ? least : most;
    },
  };
}

/** The same connection, whose answers also set the clock. */
export function withServerClock(given: Connection, clock: ServerClock): Connection {
  return {
    ...given,
    async request(request) {
      const sent = clock.local();
      const answer = await given.request(request);
      clock.update(answer.date, sent);
      return answer;
    },
  };
}
