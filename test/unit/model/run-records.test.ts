/** What a run left on its nodes, as a file: handed over and edited, so nothing in it is believed unseen. */
import { expect, test } from "vitest";
import { formatRunRecords, parseRunRecords, type RunRecords } from "../../../src/model/run-records.ts";
import { recordAt, run } from "../build/a-run.ts";
import { schemaErrorsOf } from "../render/schema.ts";

const command = { verb: "node", arguments: Array.from({ length: 60 }, (_, at) => `node-${String(at)}`) };
const records: RunRecords = {
  run,
  collected: recordAt(9).ended,
  command,
  nodes: [
    { name: "node-01", zone: "a", record: recordAt(0) },
    { name: "node-02.example", record: recordAt(3, { kept: "was-cordoned", command }) },
  ],
};

test("a file is read as it was written, whole, and as its schema says", () => {
  const text = formatRunRecords(records);
  expect(schemaErrorsOf("run-records", JSON.parse(text))).toEqual([]);
  const read = parseRunRecords(text);
  // Times have a tenth of a second, and the begin whole seconds.
  expect(read?.nodes.map(({ name, zone }) => [name, zone])).toEqual([
    ["node-01", "a"],
    ["node-02.example", undefined],
  ]);
  expect(read).toMatchObject({ run, command });
  expect(read?.nodes[1]?.record).toMatchObject({ kept: "was-cordoned", command });
  expect(formatRunRecords(read as RunRecords)).toBe(text);
});

const raw = () => JSON.parse(formatRunRecords(records)) as Record<string, unknown>;
const node = (change: object) => ({ nodes: [{ ...(raw()["nodes"] as object[])[0], ...change }] });
const twice = [0, 0].map((at) => (raw()["nodes"] as object[])[at]);

test.each([
  ["is JSON of something else", { kind: "Bundle" }],
  ["is of a later version", { apiVersion: "calico-upgrade/v2" }],
  ["has no run", { run: undefined }],
  ["names no run", { run: "<script>" }],
  ["is of another run than its records", { run: "other/7" }],
  ["has no time", { collected: "yesterday" }],
  ["has no nodes", { nodes: {} }],
  ["has a node twice", { nodes: twice }],
  ["has a command that is none", { command: { verb: "node; reboot" } }],
  ["has a name with a line break", node({ name: "node\n# x" })],
  ["has a name with markup", node({ name: "<img>" })],
  ["has a zone with markup", node({ zone: "<img>" })],
  ["has no record of a node", node({ record: undefined })],
  ["has a record with a time that is none", node({ record: { ...recordAt(0), ended: "16" } })],
  ["has a node that is none", { nodes: [null] }],
])("a file that %s is refused whole", (_what, change) => {
  expect(parseRunRecords(JSON.stringify({ ...raw(), ...change }))).toBeUndefined();
});

test.each(["", "{", "[]", "null", '"x"'])("%j is no file of records", (text) => {
  expect(parseRunRecords(text)).toBeUndefined();
});
