import type { Millis } from "../model/time.ts";

/** Wakes whoever waits for a change. */
export interface ChangeSignal {
  readonly notify: () => void;
  /** How often it has rung. */
  readonly count: () => number;
  /** Resolves when it has rung more often than `seen`; at once when it has already. */
  readonly since: (seen: number) => Promise<void>;
}

export function changeSignal(): ChangeSignal {
  let count = 0;
  let next = Promise.withResolvers<void>();
  return {
    notify() {
      count += 1;
      next.resolve();
      next = Promise.withResolvers<void>();
    },
    count: () => count,
    since: (seen) => (count > seen ? Promise.resolve() : next.promise),
  };
}

/** Ends with the change, after `time`, or when the signal says so. */
export async function woken(change: Promise<void>, time: Millis, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const timeout = Promise.withResolvers<void>();
  // Longer than a timer can take: somebody will ring before.
  const timer = setTimeout(timeout.resolve, Math.min(time, 2 ** 31 - 1));
  const onAbort = (): void => timeout.resolve();
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([change, timeout.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Waits for what others do, for a world that looks and then waits. */
export interface ChangeWaiter {
  /** Said at each look: a change between it and the wait that follows from it ends that wait. */
  readonly markSeen: () => void;
  /** What ends by itself is followed no longer: the next wait says why. */
  readonly failWith: (followed: { readonly ended: Promise<unknown> }) => void;
  /** Ends when something changed, at `until`, after `most`, or when the signal says so. */
  readonly changed: (until: Millis, stop: AbortSignal, most?: Millis) => Promise<void>;
  /** Throws what ended. */
  readonly check: () => void;
}

/** `now`: the clock of `until`. */
export function changeWaiter(changes: ChangeSignal, now: () => Millis): ChangeWaiter {
  const failures: unknown[] = [];
  let seen = 0;
  function check(): void {
    if (failures.length > 0) throw failures[0];
  }
  return {
    markSeen: () => void (seen = changes.count()),
    failWith({ ended }) {
      ended.catch((error: unknown) => {
        failures.push(error);
        changes.notify();
      });
    },
    async changed(until, stop, most = Number.POSITIVE_INFINITY) {
      check();
      await woken(changes.since(seen), Math.max(20, Math.min(until - now(), most)), stop);
      check();
    },
    check,
  };
}
