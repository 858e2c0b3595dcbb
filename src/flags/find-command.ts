import type { Flag } from "./flag.ts";
import { impliedValue } from "./scan.ts";

/**
 * Where the command's name stands among the arguments, by cobra's rules: known flags with their
 * values are stepped over; an unknown flag without `=` is taken to have a value.
 */
export function findCommand(
  args: readonly string[],
  flags: readonly Flag[],
): { readonly name?: string; readonly rest: readonly string[] } {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") break;
    if (arg.startsWith("-") && arg !== "-") {
      if (takesNext(arg, flags)) at += 1;
    } else if (arg !== "") {
      return { name: arg, rest: args.toSpliced(at, 1) };
    }
  }
  return { rest: args };
}

function takesNext(arg: string, flags: readonly Flag[]): boolean {
  if (arg.includes("=")) return false;
  if (arg.startsWith("--")) {
    const flag = flags.find(({ name }) => name === arg.slice(2));
    return flag === undefined || impliedValue(flag) === undefined;
  }
  // -nns carries its value; only a single letter can need the next argument.
  if (arg.length !== 2) return false;
  const flag = flags.find(({ short }) => short === arg.slice(1));
  return flag === undefined || impliedValue(flag) === undefined;
}
