import { expect, test } from "vitest";
import { otherMigrations, type OtherFacts, type OtherMigration } from "../../../src/data/others.ts";
import { versionOf } from "../../../src/releases/version.ts";

function states(facts: Partial<OtherFacts>): Readonly<Record<string, OtherMigration["state"]>> {
  const all = otherMigrations({
    datastore: "kubernetes",
    release: versionOf("v2.6.12"),
    ready: true,
    phase: undefined,
    ...facts,
  });
  return Object.fromEntries(all.map(({ id, state }) => [id, state]));
}

test("what an upgrade will need is told before it is begun", () => {
  expect(states({})).toEqual({ D02: "ahead", D03: "none", D04: "ahead", D05: "none", D06: "none" });
  expect(states({ datastore: "etcd" })).toMatchObject({ D02: "none", D03: "ahead", D04: "none" });
  expect(states({ release: versionOf("v3.20.0") })).toMatchObject({ D02: "done", D04: "unknown" });
});

test("somebody's lock is seen, and what could not be read is not taken for none", () => {
  expect(states({ ready: false })["D05"]).toBe("in progress");
  expect(states({ ready: "unknown" })["D05"]).toBe("unknown");
  expect(states({ release: undefined })).toMatchObject({ D02: "unknown", D04: "unknown" });
  expect(states({ datastore: "etcd", release: versionOf("v3.1.0") })["D03"]).toBe("unknown");
});

test.each([
  [undefined, "none"],
  ["Pending", "in progress"],
  ["Migrating", "in progress"],
  ["WaitingForConflictResolution", "in progress"],
  ["Converged", "in progress"],
  ["Failed", "in progress"],
  ["Complete", "done"],
  ["", "unknown"],
  ["unknown", "unknown"],
  ["Sideways", "unknown"],
] as const)("a DatastoreMigration in phase %s is %s", (phase, state) => {
  expect(states({ phase })["D06"]).toBe(state);
});

test("whatever is not done has the commands for it", () => {
  for (const facts of [{}, { datastore: "etcd" }, { ready: false }, { phase: "Failed" }] as const) {
    const all = otherMigrations({
      datastore: "kubernetes",
      release: versionOf("v2.6.12"),
      ready: true,
      phase: undefined,
      ...facts,
    });
    for (const { state, commands } of all)
      if (state === "ahead" || state === "in progress") expect(commands).not.toEqual([]);
  }
});
