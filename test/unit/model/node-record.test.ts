/** What a run leaves on each Node for `report`, and what anybody may have made of it. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatNodeRecord, parseNodeRecord, type NodeRecord } from "../../../src/model/node-record.ts";
import { parseTime } from "../../../src/model/time.ts";

const began = parseTime("2026-11-30T23:00:00Z") ?? 0;
const uid = "3f6f2a43-9a41-4a38-8a51-0b1c5a4a4f11";
const whole: NodeRecord = {
  run: `${uid}/12`,
  from: 11,
  pulled: { began: began - 600_300, took: 41_200 },
  began,
  deleted: began + 200,
  ready: began + 5_400,
  ended: began + 16_400,
  down: 2_100,
  notReady: 5_200,
  bound: "at most",
  by: "ops@bastion/3fa2c1",
  command: { verb: "node", flags: { all: true } },
};

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.string({ unit: "binary", maxLength: 300 });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const records = fc
  .record({
    run: fc.tuple(fc.uuid(), fc.nat()).map(([id, revision]) => `${id}/${String(revision)}`),
    from: maybe(fc.nat()),
    began: time,
    pulled: maybe(fc.record({ began: time, took: fc.nat() })),
    deleted: maybe(time),
    ready: maybe(time),
    ended: time,
    down: maybe(fc.nat()),
    notReady: maybe(fc.nat()),
    bound: maybe(fc.constantFrom("at most" as const, "at least" as const)),
    kept: maybe(fc.constantFrom("void" as const, "was-cordoned" as const, "no-cordon" as const)),
    by: maybe(text),
    command: maybe(
      fc.record({ verb: fc.constantFrom("node", "apply"), arguments: fc.array(text, { maxLength: 20 }) }),
    ),
  })
  .map((fields) => JSON.parse(JSON.stringify(fields)) as NodeRecord);

function bytes(value: string): number {
  return Buffer.byteLength(value, "utf8");
}

test("a record is read as it was written, with the command and who ran it", () => {
  const written = formatNodeRecord(whole) ?? "";
  expect(bytes(written)).toBeLessThanOrEqual(300);
  expect(parseNodeRecord(written)).toEqual(whole);
});

test("300 bytes hold a record with the longest name of a host: the command is left out first, then who", () => {
  const by = `someone@${"h".repeat(253)}/3fa2c1`;
  const many = { verb: "node", arguments: Array.from({ length: 400 }, (_, at) => `node-${String(at)}`) };
  const short = parseNodeRecord(formatNodeRecord({ ...whole, command: many }));
  expect(short).toEqual({ ...whole, command: { verb: "node" } });
  const shorter = parseNodeRecord(formatNodeRecord({ ...whole, by, command: many }));
  expect(shorter).toMatchObject({ run: whole.run, notReady: 5_200, command: { verb: "node" } });
});

test("the longest times of a whole restart and of a pull fit, beside the name of the command", () => {
  const most = 9_999_999_900;
  const longest: NodeRecord = {
    run: `${uid}/${"9".repeat(10)}`,
    from: 9_999_999_998,
    pulled: { began: began - most, took: most },
    began,
    deleted: began + most,
    ready: began + most,
    ended: began + most,
    down: most,
    notReady: most,
    bound: "at least",
    kept: "cordoned-again",
    by: "someone@somewhere/3fa2c1",
  };
  const written = formatNodeRecord(longest) ?? "";
  expect(bytes(written)).toBeLessThanOrEqual(300);
  const { by: _dropped, ...times } = longest;
  expect(parseNodeRecord(written)).toEqual(times);
});

test("a node with a pull still says the command of a run over all nodes", () => {
  const until = { verb: "node", flags: { all: true, until: "04:00" } };
  expect(parseNodeRecord(formatNodeRecord({ ...whole, command: until }))).toEqual({
    ...whole,
    command: until,
  });
});

test("a record of an earlier version, without a pull, is read", () => {
  const { pulled: _none, ...before } = whole;
  const text = `{"run":"${uid}/12","from":11,"began":"2026-11-30T23:00:00Z","deleted":0.2,"ready":5.4,"ended":16.4,"down":2.1,"notReady":5.2,"bound":"at most","by":"ops@bastion/3fa2c1","command":{"verb":"node","flags":{"all":true}}}`;
  expect(parseNodeRecord(text)).toEqual(before);
});

test("whatever a record is made of: at most 300 bytes of ASCII, and the times come back to a tenth of a second", () => {
  fc.assert(
    fc.property(records, (record) => {
      const written = formatNodeRecord(record) ?? "";
      expect(bytes(written)).toBeLessThanOrEqual(300);
      expect(written).toMatch(/^[\x20-\x7E]+$/);
      const read = parseNodeRecord(written);
      if (read === undefined || read === "unreadable") throw new Error(written);
      expect(read.run).toBe(record.run);
      expect(read.from).toBe(record.from);
      expect(formatNodeRecord(read)).toBe(written);
      expect(record.began - read.began).toBeLessThan(1_000);
      if (record.ended >= record.began && record.ended - record.began < 10_000_000_000)
        expect(Math.abs(record.ended - read.ended)).toBeLessThanOrEqual(50);
      // A pull was before the work, and within the four months that a record can say.
      if (read.pulled !== undefined)
        expect(read.pulled.began + read.pulled.took).toBeLessThanOrEqual(read.began);
      // Nothing lies outside of the work.
      for (const at of [read.deleted, read.ready].filter((each) => each !== undefined)) {
        expect(at).toBeGreaterThanOrEqual(read.began);
        expect(at).toBeLessThanOrEqual(read.ended);
      }
    }),
  );
});

describe("what is no record is called unreadable, and never half believed", () => {
  const base = JSON.parse(formatNodeRecord(whole) ?? "") as Record<string, unknown>;
  test("no annotation is no record", () => {
    expect(parseNodeRecord(undefined)).toBeUndefined();
  });
  test.each([
    "",
    "{",
    "[]",
    "null",
    '"2026"',
    `{"run":"a/1","began":"2026-11-30T23:00:00Z","ended":1${" ".repeat(300)}}`,
    ...[
      { run: undefined },
      { run: "a" },
      { run: "<script>/1" },
      { run: `${"a".repeat(200)}/1` },
      { from: -1 },
      { from: 1.5 },
      { from: "11" },
      { began: "yesterday" },
      { began: "2026-13-30T23:00:00Z" },
      { began: 1 },
      { ended: -1 },
      { ended: "16" },
      { ended: 1e12 },
      { deleted: 17 },
      { ready: null },
      { ready: 400 },
      { down: [] },
      { notReady: 1e300 },
      { bound: "about" },
      { kept: "forever" },
      { kept: ["void"] },
      { by: {} },
      { pull: 12 },
      { pull: [] },
      { pull: [12] },
      { pull: [12, 12, 12] },
      { pull: ["12", 1] },
      { pull: [-12, 1] },
      { pull: [12, 13] },
      { pull: [12, null] },
      { command: "rm -rf /" },
      { command: { verb: "node; reboot" } },
    ].map((change) => JSON.stringify({ ...base, ...change })),
  ])("%s", (value) => {
    expect(parseNodeRecord(value)).toBe("unreadable");
  });
});
