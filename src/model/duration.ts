/** Durations as Go writes them, in milliseconds. */

const unitMillis: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration (1h30m, 90s, -1s, 0) in milliseconds, or Go's sentence about what is wrong with it. */
export function goDuration(
  text: string,
): { readonly ok: true; readonly millis: number } | { readonly ok: false; readonly message: string } {
  const invalid = { ok: false, message: `time: invalid duration ${JSON.stringify(text)}` } as const;
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return { ok: true, millis: 0 };
  if (rest === "") return invalid;
  let total = 0;
  while (rest !== "") {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return invalid;
    rest = rest.slice(number.length);
    const unit = /^[^\d.]+/.exec(rest)?.[0];
    if (unit === undefined)
      return { ok: false, message: `time: missing unit in duration ${JSON.stringify(text)}` };
    const factor = unitMillis[unit];
    if (factor === undefined) {
      return {
        ok: false,
        message: `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`,
      };
    }
    total += Number(number) * factor;
    rest = rest.slice(unit.length);
  }
  return { ok: true, millis: sign * total };
}

/** As Go prints a duration: 1m30s, 1h0m0s, 1.5s, 100ms. */
export function formatGoDuration(millis: number): string {
  if (millis === 0) return "0s";
  if (millis < 0) return `-${formatGoDuration(-millis)}`;
  if (millis < 1000) return millis >= 1 ? `${millis}ms` : `${millis * 1000}µs`;
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor((millis % 3_600_000) / 60_000);
  const seconds = `${Number(((millis % 60_000) / 1000).toFixed(9))}s`;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}`;
}

/**
 * kubectl's --request-timeout: a whole number of seconds, or a duration (clientcmd.ParseTimeout).
 * undefined when it is neither.
 */
export function requestTimeout(text: string): number | undefined {
  if (/^\+?\d+$/.test(text)) return Number(text) * 1000;
  const duration = goDuration(text);
  return duration.ok ? duration.millis : undefined;
}

export const badRequestTimeout =
  "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)";
