/** Values as Go reads them (strconv.ParseBool, strconv.ParseInt). */

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

/** A string as Go's %q writes it, for the characters that occur on a command line. */
export function goQuote(text: string): string {
  return JSON.stringify(text);
}
