import type { Millis } from "../model/time.ts";

/** A duration as kubectl's AGE column writes it: 12s, 5m12s, 3h20m, 2d5h, 688d. */
export function humanDuration(duration: Millis): string {
  const seconds = Math.trunc(duration / 1000);
  // Two clocks may differ by a second.
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return pair(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return days < 2920 ? pair(years, "y", days % 365, "d") : `${years}y`;
}

/** The age of something, or `<unknown>`. */
export function age(since: Millis | undefined, now: Millis): string {
  return since === undefined || since === 0 ? "<unknown>" : humanDuration(now - since);
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
}
