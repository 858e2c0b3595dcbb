import { assert, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { dryRunSuffix, readDryRun } from "../../../src/flags/dry-run.ts";
import { suggest } from "../../../src/flags/suggest.ts";
import { goInt } from "../../../src/flags/values.ts";
import { goDuration, requestTimeout } from "../../../src/model/duration.ts";

describe("durations as Go reads them", () => {
  test.each<[string, number]>([
    ["0", 0],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    [".5s", 500],
    ["100ms", 100],
    ["-1s", -1000],
    ["+2s", 2000],
    ["1us", 0.001],
  ])("%s", (text, millis) => {
    expect(goDuration(text)).toEqual({ ok: true, millis });
  });

  test.each([
    ["", 'time: invalid duration ""'],
    ["-", 'time: invalid duration "-"'],
    ["abc", 'time: invalid duration "abc"'],
    ["5", 'time: missing unit in duration "5"'],
    ["5m3", 'time: missing unit in duration "5m3"'],
    ["5 m", 'time: unknown unit " m" in duration "5 m"'],
    [".s", 'time: invalid duration ".s"'],
  ])("%j is refused in Go's words", (text, message) => {
    expect(goDuration(text)).toEqual({ ok: false, message });
  });

  test("property: a sum of units is read as their sum", () => {
    const hour = 3_600_000;
    assert(
      property(nat(99), nat(59), nat(59), (h, m, s) => {
        expect(goDuration(`${h}h${m}m${s}s`)).toEqual({ ok: true, millis: h * hour + m * 60_000 + s * 1000 });
      }),
    );
  });
});

test.each<[string, number | undefined]>([
  ["0", 0],
  ["30", 30_000],
  ["2m", 120_000],
  ["abc", undefined],
  ["-5", undefined],
  ["1s2", undefined],
])("--request-timeout=%s", (text, millis) => {
  expect(requestTimeout(text)).toBe(millis);
});

test.each<[string, number | undefined]>([
  ["6", 6],
  ["-1", -1],
  ["0x1f", 31],
  ["010", 8],
  ["0b11", 3],
  ["1_000", 1000],
  ["", undefined],
  ["x", undefined],
  ["5x", undefined],
  ["1.5", undefined],
  ["99999999999999999999", undefined],
])("the number %j", (text, value) => {
  expect(goInt(text)).toBe(value);
});

describe("--dry-run", () => {
  test.each(["none", "client", "server"] as const)("%s", (value) => {
    expect(readDryRun(value)).toEqual({ ok: true, dryRun: value });
  });

  test("alone it is client, with kubectl's deprecation", () => {
    expect(readDryRun("unchanged")).toEqual({
      ok: true,
      dryRun: "client",
      warning: "--dry-run is deprecated and can be replaced with --dry-run=client.",
    });
  });

  test.each([
    ["true", "client"],
    ["false", "none"],
  ])("the old boolean %s is %s", (value, dryRun) => {
    expect(readDryRun(value)).toEqual({
      ok: true,
      dryRun,
      warning: `--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${dryRun}.`,
    });
  });

  test("anything else writes nothing, in kubectl's words", () => {
    expect(readDryRun("bogus")).toEqual({
      ok: false,
      message: 'Invalid dry-run value (bogus). Must be "none", "server", or "client".',
    });
  });

  test("a mutation line says that it was not one", () => {
    expect([dryRunSuffix("none"), dryRunSuffix("client"), dryRunSuffix("server")]).toEqual([
      "",
      " (dry run)",
      " (server dry run)",
    ]);
  });
});

test.each([
  ["statsu", ["status"]],
  ["nod", ["node"]],
  ["pre", ["preflight"]],
  ["zzzz", []],
])("did you mean: %s", (typed, close) => {
  expect(suggest(typed, ["status", "node", "preflight", "version"])).toEqual(close);
});
