import type { Millis } from "../model/time.ts";
import type { Bound } from "../plan/node/measure.ts";

const rounding = { exact: Math.round, "at most": Math.ceil, "at least": Math.floor };

/** A short span for a progress line: `0.4s`, `12s`, `1m12s`. A bound is rounded to its own side, so that it holds. */
export function seconds(time: Millis, bound: Bound = "exact"): string {
  const round = rounding[bound];
  if (time < 9_950) return `${(round(time / 100) / 10).toString()}s`;
  const whole = round(time / 1000);
  return whole < 120 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60 === 0 ? "" : `${whole % 60}s`}`;
}

/** For results and events: seconds with one decimal. */
export function inSeconds(time: Millis): number {
  return Math.round(time / 100) / 10;
}
