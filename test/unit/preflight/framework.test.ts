import { describe, expect, test } from "vitest";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { servesKind } from "../../../src/model/served.ts";
import { known } from "../../../src/model/reading.ts";
import { clusterRules, findingsOf, rulesOfStep } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { blocks } from "../../../src/preflight/rule.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { now } from "../build/a-cluster.ts";
import { clusterFacts, forbidden, rulesOf } from "./cluster.ts";

const nobody: ReadonlySet<string> = new Set();

/** The same cluster for a user who may read nothing. */
function blind(facts: ClusterFacts): ClusterFacts {
  const readings = Object.keys(facts).filter((name) => name !== "serverVersion" && name !== "now");
  return { ...facts, ...Object.fromEntries(readings.map((name) => [name, forbidden])), serverVersion: "" };
}

describe("every rule", () => {
  test("has an id of its own", () => {
    const ids = clusterRules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test.each([undefined, "v3.14.2", "v3.32.1"])(
    "passes nothing for a user who may read nothing (to %s)",
    (to) => {
      const subject = to === undefined ? {} : { to: known(versionOf(to)) };
      const findings = findingsOf(
        clusterRules,
        preflightFacts(blind(clusterFacts()), catalogue),
        subject,
        now,
      );
      expect(findings.filter(({ outcome }) => outcome === "pass")).toEqual([]);
    },
  );

  test("stands in the way of nothing in a healthy cluster", () => {
    const findings = findingsOf(clusterRules, preflightFacts(clusterFacts(), catalogue), {}, now);
    expect(findings.filter((finding) => blocks(finding, nobody))).toEqual([]);
  });
});

describe("the rules of a step", () => {
  test("a restart is not held up by releases with known faults, a way to one is", () => {
    const isFault = ({ id }: { readonly id: string }): boolean => id.startsWith("R");
    expect(rulesOfStep("node", {}).filter(isFault)).toEqual([]);
    expect(rulesOfStep("node", { to: known(versionOf("v3.30.7")) }).filter(isFault)).toEqual(rulesOf("R"));
  });

  test("those of migrate-policy only warn: it has no flag to go on in spite of one", () => {
    const rules = rulesOfStep("migrate-policy", {});
    expect(rules.map(({ id }) => id)).toEqual(["N10", "H08", "H15"]);
    expect(rules.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("what stands in the way", () => {
  const warning = { id: "S01", severity: "warning", outcome: "fail" } as const;

  test("a warning only with --fail-on=warning", () => {
    expect(blocks(warning, nobody)).toBe(false);
    expect(blocks(warning, nobody, "warning")).toBe(true);
    expect(blocks(warning, new Set(["S01"]), "warning")).toBe(false);
  });

  test("an unknown error does, a pass and what does not apply do not", () => {
    const error = { id: "B14", severity: "error" } as const;
    expect(blocks({ ...error, outcome: "unknown" }, nobody)).toBe(true);
    expect(blocks({ ...error, outcome: "pass" }, nobody)).toBe(false);
    expect(blocks({ ...error, outcome: "n/a" }, nobody)).toBe(false);
  });
});

test("whether a kind is served is not guessed where discovery was not asked about its group", () => {
  const served = {
    groupVersions: ["v1", "apps/v1", "batch/v1"],
    groups: ["", "apps"],
    kinds: [{ apiVersion: "apps/v1", kind: "DaemonSet", resource: "daemonsets" }],
  };
  expect(servesKind(served, "apps/v1", "DaemonSet")).toBe(true);
  expect(servesKind(served, "apps/v1", "Widget")).toBe(false);
  expect(servesKind(served, "extensions/v1beta1", "DaemonSet")).toBe(false);
  expect(servesKind(served, "batch/v1", "Job")).toBe("unknown");
});
