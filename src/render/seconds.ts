import type { Millis } from "../model/time.ts";

/** A short span for a progress line: `0.4s`, `12s`, `1m12s`. */
export function seconds(time: Millis): string {
  if (time < 9_950) return `${(Math.round(time / 100) / 10).toString()}s`;
  const whole = Math.round(time / 1000);
  return whole < 120 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60 === 0 ? "" : `${whole % 60}s`}`;
}

/** For results and events: seconds with one decimal. */
export function inSeconds(time: Millis): number {
  return Math.round(time / 100) / 10;
}
