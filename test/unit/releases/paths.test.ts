import { describe, expect, test } from "vitest";
import type { Hop } from "../../../src/releases/path-rule.ts";
import { pathAnswers, pathErrors } from "../../../src/releases/paths.ts";
import { versionOf } from "../../../src/releases/version.ts";

type Case = readonly [from: string, to: string, seen: Partial<Hop>, ids: readonly string[]];

const kdd = { datastore: "kubernetes" } as const;

function hop(from: string, to: string, seen: Partial<Hop>): Hop {
  return { from: versionOf(from), to: versionOf(to), datastore: "etcd", ...seen };
}

describe("what the documentation says about the way between two releases", () => {
  test.each([
    ["v1.5.0", "v1.6.0", {}, ["P01"]],
    ["v1.6.0", "v1.6.1", {}, []],
    ["v1.6.0", "v2.0.0", kdd, ["P01"]],
    ["v2.0.0-rc3", "v2.0.0", kdd, ["P01"]],
    ["v2.0.0", "v2.1.5", kdd, []],
    ["v2.2.1", "v2.3.0", kdd, ["P02"]],
    ["v2.3.0", "v2.4.1", kdd, []],
    ["v2.2.1", "v2.3.0", {}, []],
    ["v2.3.0", "v2.4.0", {}, ["P02"]],
    ["v2.4.1", "v2.5.0", kdd, ["P03"]],
    ["v2.4.1", "v2.5.0", {}, []],
    ["v2.5.0", "v2.6.12", { ...kdd, kubernetes: 6 }, ["P04"]],
    ["v2.5.0", "v2.6.12", { ...kdd, kubernetes: 7 }, []],
    ["v2.6.4", "v3.5.8", kdd, ["P05"]],
    ["v2.6.5", "v3.5.8", kdd, []],
    ["v2.6.5", "v3.6.0", kdd, ["P06"]],
    ["v2.6.5", "v3.23.0", kdd, ["P06", "P07"]],
    ["v3.0.0", "v3.27.5", kdd, ["P13"]],
    ["v3.14.2", "v3.28.0", kdd, ["P08", "P13"]],
    ["v3.15.0", "v3.16.0", kdd, []],
    ["v2.6.5", "v3.0.1", {}, ["P09", "P10"]],
    ["v3.1.0", "v3.0.12", {}, ["P11"]],
    ["v3.8.1", "v3.8.0", {}, ["P11"]],
    ["v3.8.0", "v3.8.0", { ...kdd, toOperator: true }, []],
    ["v3.8.0", "v3.8.1", { ...kdd, toOperator: true }, ["P12"]],
    ["v3.8.0", "v3.8.0", { toOperator: true }, ["P12"]],
    ["v3.4.0", "v3.6.0", {}, ["P13"]],
  ] satisfies readonly Case[])("%s → %s %j: %j", (from, to, seen, ids) => {
    expect(pathAnswers(hop(from, to, seen)).map(({ id }) => id)).toEqual(ids);
  });

  test("a migration that a step of the plan does keeps nothing from being planned", () => {
    expect(pathErrors(hop("v2.2.1", "v2.6.12", { ...kdd, kubernetes: 7 }))).toEqual([]);
    expect(pathErrors(hop("v2.6.12", "v3.1.7", {}))).toEqual([]);
  });

  test("data that can no longer be read is not taken for migrated (P03)", () => {
    const gone = pathErrors(hop("v2.2.1", "v2.6.12", { ...kdd, kubernetes: 8, oldGroupServed: false }));
    expect(gone.map(({ id }) => id)).toEqual(["P03"]);
  });
});
