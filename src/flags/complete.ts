import { dryRunFlag } from "./dry-run.ts";
import type { Flag } from "./flag.ts";
import { failOnFlag } from "./preflight.ts";
import { impliedValue } from "./scan.ts";

/** What a shell may put in one place of a command line. */
export type CompletionSource =
  | { readonly kind: "flags" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** `list`: several, separated by commas. */
  | { readonly kind: "names"; readonly of: Names; readonly list: boolean };

/** Where names come from. `files` and `folders` are the shell's own business. */
export type Names =
  | "commands"
  | "files"
  | "folders"
  | "contexts"
  | "clusters"
  | "users"
  | "namespaces"
  | "nodes"
  | "releases"
  | "ids"
  | "nothing";

/** What the placeholder of a value stands for, in the help of flags and of arguments. */
const byPlaceholder: Readonly<Record<string, Names>> = {
  FILE: "files",
  BUNDLE: "folders",
  DIR: "folders",
  DIRECTORY: "folders",
  NODE: "nodes",
  ID: "ids",
  IDS: "ids",
  VERSION: "releases",
  COMMAND: "commands",
};

/** Flags whose placeholder says too little. */
const byFlag: Readonly<Record<string, Names>> = {
  context: "contexts",
  cluster: "clusters",
  user: "users",
  namespace: "namespaces",
  kubernetes: "nothing",
};

const words: Readonly<Record<string, readonly string[]>> = {
  [dryRunFlag.name]: ["none", "server", "client"],
  datastore: ["etcd", "kubernetes"],
  [failOnFlag.name]: ["error", "warning"],
};

/**
 * What belongs in the place of the last argument, by the rules of the scanner: the value of the flag
 * before it, the value behind `=`, a flag, or an argument. `usage` is the command's `arguments`.
 */
export function wantedAt(
  before: readonly string[],
  last: string,
  flags: readonly Flag[],
  usage: string,
): { readonly wanted: CompletionSource; readonly typed: string } {
  const { open, onlyArguments, given } = openFlag(before, flags);
  if (open !== undefined) return { wanted: valueOf(open), typed: last };
  if (!onlyArguments && last.startsWith("-") && last !== "-") {
    const equals = last.indexOf("=");
    if (equals < 0) return { wanted: { kind: "flags" }, typed: last };
    const flag = flagOf(last.slice(0, equals), flags);
    const wanted: CompletionSource =
      flag === undefined ? { kind: "names", of: "nothing", list: false } : valueOf(flag);
    return { wanted, typed: last.slice(equals + 1) };
  }
  if (!onlyArguments && last === "-") return { wanted: { kind: "flags" }, typed: last };
  return { wanted: argumentOf(usage, given), typed: last };
}

/** The flag that still waits for its value, whether `--` was there, and how many arguments were. */
function openFlag(
  before: readonly string[],
  flags: readonly Flag[],
): { readonly open: Flag | undefined; readonly onlyArguments: boolean; readonly given: number } {
  let open: Flag | undefined;
  let given = 0;
  for (const [at, arg] of before.entries()) {
    if (open !== undefined) open = undefined;
    else if (arg === "--") return { open, onlyArguments: true, given: given + before.length - at - 1 };
    else if (!arg.startsWith("-") || arg === "-") given += 1;
    else if (!arg.includes("=")) open = waiting(arg, flags);
  }
  return { open, onlyArguments: false, given };
}

/** Of `--name`, `-n`, `-wn`: the flag at its end, when its value has to come next. */
function waiting(arg: string, flags: readonly Flag[]): Flag | undefined {
  if (arg.startsWith("--")) return needsValue(flagOf(arg, flags));
  for (let index = 1; index < arg.length; index += 1) {
    const flag = needsValue(flags.find(({ short }) => short === arg[index]));
    // What comes behind the letter in the same argument is its value.
    if (flag !== undefined) return index === arg.length - 1 ? flag : undefined;
  }
  return undefined;
}

function needsValue(flag: Flag | undefined): Flag | undefined {
  return flag === undefined || impliedValue(flag) !== undefined ? undefined : flag;
}

/** `--name` or `-n` */
function flagOf(written: string, flags: readonly Flag[]): Flag | undefined {
  return written.startsWith("--")
    ? flags.find(({ name }) => name === written.slice(2).replaceAll("_", "-"))
    : flags.find(({ short }) => short !== undefined && short === written.slice(1));
}

function valueOf(flag: Flag): CompletionSource {
  const known = flag.oneOf ?? words[flag.name] ?? formatsOf(flag);
  if (known !== undefined) return { kind: "words", words: known };
  if (flag.takes === "boolean") return { kind: "words", words: ["true", "false"] };
  const of = byFlag[flag.name] ?? byPlaceholder[flag.valueName ?? ""] ?? "nothing";
  return { kind: "names", of, list: flag.valueName === "IDS" };
}

/** The formats that the help of -o lists: `(table, wide, json)`, or `'yaml' or 'json'`. */
function formatsOf({ name, help }: Flag): readonly string[] | undefined {
  if (name !== "output") return undefined;
  const list = /\(([\w, -]+)\)/.exec(help)?.[1]?.split(", ");
  return list ?? [...help.matchAll(/'([\w-]+)'/g)].map(([, format]) => format ?? "");
}

/** The argument that a usage line names, `[NODE…] [flags]`, `bash|zsh [flags]`; without dots it is the only one. */
function argumentOf(usage: string, given: number): CompletionSource {
  // An argument behind a flag is that flag's value.
  const own = usage.replaceAll(/(?<![\w-])--?[\w-]+ [A-Z]+/g, "");
  if (given > 0 && !/\.\.\.|…/.test(own)) return { kind: "names", of: "nothing", list: false };
  const choice = /(?:^|\s)\[?([a-z]+(?:\|[a-z]+)+)/.exec(own)?.[1];
  if (choice !== undefined) return { kind: "words", words: choice.split("|") };
  const placeholder = /\b[A-Z]{2,}\b/.exec(own)?.[0] ?? "";
  return { kind: "names", of: byPlaceholder[placeholder] ?? "nothing", list: false };
}

/** The spellings of the flags that begin as typed, without those that were given and count once. */
export function flagSpellings(
  typed: string,
  before: readonly string[],
  flags: readonly Flag[],
): readonly { readonly value: string; readonly help: string }[] {
  const given = new Set(before.map((arg) => arg.split("=")[0] ?? ""));
  return flags
    .filter(({ hidden }) => hidden !== true)
    .filter(
      ({ name, short, repeat }) => repeat === true || !(given.has(`--${name}`) || given.has(`-${short}`)),
    )
    .flatMap(({ name, short, help }) => [
      { value: `--${name}`, help },
      ...(short === undefined ? [] : [{ value: `-${short}`, help }]),
    ])
    .filter(({ value }) => value.startsWith(typed));
}
