import { array, assert, boolean, constantFrom, oneof, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flag } from "../../../src/flags/flag.ts";
import { canonical, scan } from "../../../src/flags/scan.ts";

const output = { name: "output", short: "o", takes: "value", help: "", group: "Output" } as const;
const namespace = { name: "namespace", short: "n", takes: "value", help: "", group: "Connection" } as const;
const watch = { name: "watch", short: "w", takes: "boolean", help: "", group: "Options" } as const;
const force = { name: "force", takes: "boolean", help: "", group: "Options" } as const;
const noHeaders = { name: "no-headers", takes: "boolean", help: "", group: "Options" } as const;
const verbosity = { name: "v", short: "v", takes: "value", read: "int", help: "", group: "Other" } as const;
const timeout = { name: "timeout", takes: "value", read: "duration", help: "", group: "Options" } as const;
const dryRun = {
  name: "dry-run",
  takes: "optional",
  implied: "unchanged",
  help: "",
  group: "Options",
} as const;
const asGroup = { name: "as-group", takes: "value", repeat: true, help: "", group: "Connection" } as const;
const flags: readonly Flag[] = [
  output,
  namespace,
  watch,
  force,
  noHeaders,
  verbosity,
  timeout,
  dryRun,
  asGroup,
];

describe("every spelling that pflag takes means the same", () => {
  test.each<[string, string[], string[]]>([
    ["--x=y", ["--output=json"], ["--output=json"]],
    ["--x y", ["--output", "json"], ["--output=json"]],
    ["-xy", ["-ojson"], ["--output=json"]],
    ["-x=y", ["-o=json"], ["--output=json"]],
    ["-x y", ["-o", "json"], ["--output=json"]],
    ["-nns", ["-nns"], ["--namespace=ns"]],
    ["a value with =", ["-o", "jsonpath={.a}=b"], ["--output=jsonpath={.a}=b"]],
    ["a value that looks like a flag", ["-n", "-w"], ["--namespace=-w"]],
    ["an empty value", ["--namespace="], ["--namespace="]],
    ["-x= alone is the value =", ["-n="], ["--namespace=="]],
    ["combined shorts", ["-wojson"], ["--watch", "--output=json"]],
    ["combined shorts, value in the next argument", ["-wn", "ns"], ["--watch", "--namespace=ns"]],
    ["-v6", ["-v6"], ["--v=6"]],
    ["--v=6", ["--v=6"], ["--v=6"]],
    ["a boolean", ["--force"], ["--force"]],
    ["a boolean with =true", ["--force=true"], ["--force"]],
    ["a boolean with =T", ["--force=T"], ["--force"]],
    ["a boolean with =false", ["--force=false"], []],
    ["a short boolean with =false", ["-w=false"], []],
    ["the last of a boolean wins", ["--force", "--force=false"], []],
    ["the last of a boolean wins, the other way round", ["--force=0", "--force=1"], ["--force"]],
    ["a boolean whose name begins with no-", ["--no-headers=true"], ["--no-headers"]],
    ["an optional value left out", ["--dry-run"], ["--dry-run=unchanged"]],
    [
      "an optional value is not the next argument",
      ["--dry-run", "server"],
      ["--dry-run=unchanged", "--", "server"],
    ],
    ["an optional value given", ["--dry-run=server"], ["--dry-run=server"]],
    ["a repeated flag", ["--as-group=a", "--as-group", "b"], ["--as-group=a", "--as-group=b"]],
    ["arguments between flags", ["a", "-w", "b"], ["--watch", "--", "a", "b"]],
    ["-- ends the flags", ["-w", "--", "--force", "-o"], ["--watch", "--", "--force", "-o"]],
    ["- is an argument", ["-"], ["--", "-"]],
    ["_ for -", ["--as_group=a"], ["--as-group=a"]],
  ])("%s", (_name, args, expected) => {
    const result = scan(args, flags);
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && canonical(result.scanned)).toEqual(expected);
  });
});

describe("a mistake is told in kubectl's words", () => {
  test.each<[string[], string]>([
    [["--bogus"], "unknown flag: --bogus"],
    [["--bogus=x"], "unknown flag: --bogus"],
    [["-Q"], "unknown shorthand flag: 'Q' in -Q"],
    [["-wQ"], "unknown shorthand flag: 'Q' in -Q"],
    [["-=x"], "unknown shorthand flag: '=' in -=x"],
    [["-o"], "flag needs an argument: 'o' in -o"],
    [["-wo"], "flag needs an argument: 'o' in -o"],
    [["--output"], "flag needs an argument: --output"],
    [["--=x"], "bad flag syntax: --=x"],
    [["---x"], "bad flag syntax: ---x"],
    [
      ["--force=maybe"],
      'invalid argument "maybe" for "--force" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [["-w=x"], 'invalid argument "x" for "-w, --watch" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    [
      ["--no-headers="],
      'invalid argument "" for "--no-headers" flag: strconv.ParseBool: parsing "": invalid syntax',
    ],
    [["--v=x"], 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [["--timeout=abc"], 'invalid argument "abc" for "--timeout" flag: time: invalid duration "abc"'],
    [["--timeout=5"], 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'],
    [["--timeout=5y"], 'invalid argument "5y" for "--timeout" flag: time: unknown unit "y" in duration "5y"'],
  ])("%j", (args, message) => {
    expect(scan(args, flags)).toMatchObject({ ok: false, message });
  });

  test("the first mistake counts, wherever --help stands", () => {
    expect(scan(["--bogus", "-Q"], flags)).toMatchObject({ message: "unknown flag: --bogus" });
  });
});

test("a spelling with _ is taken and warned about, as kubectl does", () => {
  const result = scan(["--dry_run=none"], flags);
  expect(result.ok && result.scanned.warnings).toEqual([
    "--dry_run is DEPRECATED and will be removed in a future version. Use --dry-run instead.",
  ]);
});

/** One flag with a value, and one way to write it. */
const spelled = oneof(
  tuple(
    constantFrom(output, namespace),
    string({ minLength: 1 }),
    constantFrom("--x=y", "--x y", "-xy", "-x=y", "-x y"),
  )
    .filter(([, value, how]) => how !== "-xy" || !value.startsWith("="))
    .map(([flag, value, how]) => ({ flag, value, args: spell(flag.name, flag.short, value, how) })),
  tuple(constantFrom(watch, force, noHeaders), boolean(), boolean()).map(([flag, value, bare]) => ({
    flag,
    value: String(value),
    args: [bare && value ? `--${flag.name}` : `--${flag.name}=${value}`],
  })),
);

function spell(name: string, short: string, value: string, how: string): string[] {
  switch (how) {
    case "--x=y":
      return [`--${name}=${value}`];
    case "--x y":
      return [`--${name}`, value];
    case "-xy":
      return [`-${short}${value}`];
    case "-x=y":
      return [`-${short}=${value}`];
    default:
      return [`-${short}`, value];
  }
}

test("property: whatever the spelling and the order, flags and arguments come out as they went in", () => {
  const argument = string({ minLength: 1 })
    .filter((text) => !text.startsWith("-"))
    .map((text) => ({ argument: text, args: [text] }));
  assert(
    property(array(oneof(spelled, argument)), (parts) => {
      const result = scan(
        parts.flatMap(({ args }) => args),
        flags,
      );
      expect(result).toMatchObject({ ok: true });
      if (!result.ok) return;
      expect(result.scanned.given).toEqual(
        parts.flatMap((part) => ("flag" in part ? [{ flag: part.flag, value: part.value }] : [])),
      );
      expect(result.scanned.positionals).toEqual(
        parts.flatMap((part) => ("argument" in part ? [part.argument] : [])),
      );
    }),
  );
});

test("property: no command line makes the scanner throw", () => {
  assert(
    property(array(oneof(string(), constantFrom("--", "-", "-o", "-wo", "--v"))), (args) => {
      expect(scan(args, flags)).toHaveProperty("ok");
    }),
  );
});
