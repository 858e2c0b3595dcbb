/** Values as Go reads them (strconv.ParseBool, strconv.ParseInt, time.ParseDuration), with Go's words. */

/** undefined when it is not a boolean. */
export function goBoolean(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

/** Base 0 as pflag's Int uses it: decimal, 0x, 0o, 0b, a leading 0 for octal, and _ between digits. */
export function goInt(text: string): number | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[1-9][0-9_]*|0)$/.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] ?? "").replaceAll("_", "");
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (!Number.isSafeInteger(value)) return undefined;
  return match[1] === "-" ? -value : value;
}

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
  const invalid = { ok: false, message: `time: invalid duration ${goQuote(text)}` } as const;
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
    if (unit === undefined) return { ok: false, message: `time: missing unit in duration ${goQuote(text)}` };
    const factor = unitMillis[unit];
    if (factor === undefined) {
      return { ok: false, message: `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}` };
    }
    total += Number(number) * factor;
    rest = rest.slice(unit.length);
  }
  return { ok: true, millis: sign * total };
}

/**
 * kubectl's --request-timeout: a whole number of seconds, or a duration (clientcmd.ParseTimeout).
 * undefined when it is neither.
 */
export function requestTimeout(text: string): number | undefined {
  const seconds = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined) return seconds * 1000;
  const duration = goDuration(text);
  return duration.ok ? duration.millis : undefined;
}

export const badRequestTimeout =
  "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)";

/** A string as Go's %q writes it, for the characters that occur on a command line. */
export function goQuote(text: string): string {
  return JSON.stringify(text);
}
