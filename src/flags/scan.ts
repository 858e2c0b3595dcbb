import type { Flag } from "./flag.ts";
import { goDuration } from "../model/duration.ts";
import { goBoolean, goInt, goQuote } from "./values.ts";

/** A command line taken apart by pflag's rules. */
export interface Scanned {
  /** Every flag given, in order; the value is canonical ("true", "6"). */
  readonly given: readonly { readonly flag: Flag; readonly value: string }[];
  readonly positionals: readonly string[];
  /** Spellings that kubectl warns about. */
  readonly warnings: readonly string[];
}

export type Scan =
  | { readonly ok: true; readonly scanned: Scanned }
  /** `unknown`: the long name that no flag has. */
  | { readonly ok: false; readonly message: string; readonly unknown?: string };

/**
 * Takes a command line apart as pflag does (`--x=y`, `--x y`, `-xy`, `-x=y`, `-x y`, combined shorts,
 * `--`, flags between arguments), with pflag's sentence for the first mistake. clipanion cannot do
 * this: its own parser refuses `-nns`, `-ojson`, `-v6` and `--force=true`.
 */
export function scan(args: readonly string[], flags: readonly Flag[]): Scan {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const byShort = new Map(flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
  const given: { flag: Flag; value: string }[] = [];
  const positionals: string[] = [];
  const warnings: string[] = [];
  let at = 0;
  let unknown: string | undefined;

  /** A message, or undefined when the value was taken. */
  function take(flag: Flag, value: string): string | undefined {
    const read = readValue(flag, value);
    if (!read.ok) return read.message;
    given.push({ flag, value: read.value });
    return undefined;
  }

  function long(arg: string): string | undefined {
    const body = arg.slice(2);
    if (body.startsWith("-") || body.startsWith("=")) return `bad flag syntax: ${arg}`;
    const equals = body.indexOf("=");
    const written = equals < 0 ? body : body.slice(0, equals);
    const name = written.replaceAll("_", "-");
    const flag = byName.get(name);
    if (flag === undefined) {
      unknown = name;
      return `unknown flag: --${name}`;
    }
    if (name !== written) {
      warnings.push(
        `--${written} is DEPRECATED and will be removed in a future version. Use --${name} instead.`,
      );
    }
    if (equals >= 0) return take(flag, body.slice(equals + 1));
    const implied = impliedValue(flag);
    if (implied !== undefined) return take(flag, implied);
    const next = args[at];
    if (next === undefined) return `flag needs an argument: ${arg}`;
    at += 1;
    return take(flag, next);
  }

  function shorts(arg: string): string | undefined {
    let rest = arg.slice(1);
    while (rest !== "") {
      const letter = rest[0] ?? "";
      const flag = byShort.get(letter);
      if (flag === undefined) return `unknown shorthand flag: ${goQuoteRune(letter)} in -${rest}`;
      const implied = impliedValue(flag);
      let value: string;
      let after = "";
      if (rest.length > 2 && rest[1] === "=") value = rest.slice(2);
      else if (implied !== undefined) {
        value = implied;
        after = rest.slice(1);
      } else if (rest.length > 1) value = rest.slice(1);
      else {
        const next = args[at];
        if (next === undefined) return `flag needs an argument: ${goQuoteRune(letter)} in -${rest}`;
        at += 1;
        value = next;
      }
      const wrong = take(flag, value);
      if (wrong !== undefined) return wrong;
      rest = after;
    }
    return undefined;
  }

  while (at < args.length) {
    const arg = args[at] ?? "";
    at += 1;
    if (arg === "--") {
      positionals.push(...args.slice(at));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      positionals.push(arg);
      continue;
    }
    const message = arg.startsWith("--") ? long(arg) : shorts(arg);
    if (message !== undefined) return { ok: false, message, ...(unknown === undefined ? {} : { unknown }) };
  }
  return { ok: true, scanned: { given, positionals, warnings } };
}

/**
 * The same command line in the one spelling that clipanion takes: `--name=value`, then `--`, then
 * arguments. A boolean stands there only when it differs from its default.
 */
export function canonical(scanned: Scanned): string[] {
  const options = scanned.given.flatMap(({ flag, value }, at) => {
    if (flag.takes !== "boolean") return [`--${flag.name}=${value}`];
    if (scanned.given.findLastIndex((other) => other.flag === flag) !== at) return [];
    if (value === (flag.default ?? "false")) return [];
    return [value === "true" ? `--${flag.name}` : `--no-${flag.name}`];
  });
  return scanned.positionals.length === 0 ? options : [...options, "--", ...scanned.positionals];
}

/** Whether a boolean flag was given as true; the last one wins. */
export function isSet(scanned: Scanned, name: string): boolean {
  return scanned.given.findLast(({ flag }) => flag.name === name)?.value === "true";
}

/** What a flag without a value means; undefined when it needs one. */
export function impliedValue(flag: Flag): string | undefined {
  if (flag.takes === "boolean") return "true";
  return flag.takes === "optional" ? (flag.implied ?? "") : undefined;
}

type Read = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

function readValue(flag: Flag, value: string): Read {
  if (flag.takes === "boolean") {
    const truth = goBoolean(value);
    if (truth === undefined)
      return bad(flag, value, `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`);
    return { ok: true, value: String(truth) };
  }
  if (flag.read === "int") {
    const number = goInt(value);
    if (number === undefined)
      return bad(flag, value, `strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
    return { ok: true, value: String(number) };
  }
  if (flag.oneOf !== undefined && !flag.oneOf.includes(value))
    return bad(flag, value, `must be one of: ${flag.oneOf.join(", ")}`);
  if (flag.read === "duration") {
    const duration = goDuration(value);
    if (!duration.ok) return bad(flag, value, duration.message);
  }
  return { ok: true, value };
}

function bad(flag: Flag, value: string, why: string): Read {
  const name = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  return { ok: false, message: `invalid argument ${goQuote(value)} for "${name}" flag: ${why}` };
}

function goQuoteRune(letter: string): string {
  return `'${letter}'`;
}
