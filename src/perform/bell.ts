import type { Millis } from "../model/time.ts";

/** Wakes whoever waits for a change. */
export interface Bell {
  readonly ring: () => void;
  /** How often it has rung. */
  readonly count: () => number;
  /** Resolves when it has rung more often than `heard`; at once when it has already. */
  readonly since: (heard: number) => Promise<void>;
}

export function bell(): Bell {
  let count = 0;
  let next = Promise.withResolvers<void>();
  return {
    ring() {
      count += 1;
      next.resolve();
      next = Promise.withResolvers<void>();
    },
    count: () => count,
    since: (heard) => (count > heard ? Promise.resolve() : next.promise),
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
