import { describe, expect, test } from "vitest";
import { readingNames } from "../../../src/model/cluster-facts.ts";
import { known } from "../../../src/model/reading.ts";
import { clusterRules, findingsOf } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { allPages } from "../../../src/render/explain/pages.ts";
import { now } from "../build/a-cluster.ts";
import { clusterFacts, forbidden } from "./cluster.ts";

const mine = /^[PRBNDK]/;
const number = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, "0")}`);
const ids = [
  ...number("P", 13),
  ...number("R", 17),
  ...number("B", 42),
  ...number("N", 9),
  ...number("D", 6),
  ...number("K", 8),
].toSorted();

describe("what is known of releases is asked, and can be looked up", () => {
  test("every id has exactly one rule", () => {
    expect(
      clusterRules
        .map(({ id }) => id)
        .filter((id) => mine.test(id))
        .toSorted(),
    ).toEqual(ids);
  });

  test("every id has a page with a reason, what is looked at, what to do and a source", () => {
    const pages = allPages().filter(({ id }) => mine.test(id));
    expect(pages.map(({ id }) => id).toSorted()).toEqual(ids);
    const thin = pages.filter(
      ({ why, detected, sources }) => why.length < 20 || detected === undefined || sources.length === 0,
    );
    expect(thin.map(({ id }) => id)).toEqual([]);
  });
});

describe("what could not be read is never taken for good", () => {
  const everyWay = [
    ["v1.6.1", "v2.6.12", "etcd"],
    ["v2.2.1", "v2.6.12", "kubernetes"],
    ["v2.6.12", "v3.5.8", "etcd"],
    ["v3.5.8", "v3.22.5", "kubernetes"],
    ["v3.22.5", "v3.29.1", "kubernetes"],
    ["v3.29.1", "v3.33.0", "kubernetes"],
  ] as const;

  test.each(everyWay)(
    "from %s to %s (%s): a rule whose reading is refused does not pass",
    (release, to, datastore) => {
      const subject = { to: known(versionOf(to)) };
      const open = clusterFacts({ release, datastore });
      const wrong = clusterRules.flatMap((rule) => {
        const read = rule.needs.filter((name) => readingNames.some((each) => each === name));
        return read.flatMap((name) => {
          const facts = preflightFacts({ ...open, [name]: forbidden }, catalogue);
          const [before] = findingsOf([rule], preflightFacts(open, catalogue), subject, now);
          const [after] = findingsOf([rule], facts, subject, now);
          // A finding may stand on other readings; what passed because of this one may not.
          return after?.outcome === "pass" && before?.outcome === "fail"
            ? [`${rule.id} without ${name}`]
            : [];
        });
      });
      expect(wrong).toEqual([]);
    },
  );

  test.each(everyWay)(
    "from %s to %s (%s): with nothing read nothing passes and nothing fails",
    (release, to) => {
      const nothing = Object.fromEntries(readingNames.map((name) => [name, forbidden]));
      const facts = preflightFacts(clusterFacts({ release, readings: nothing, kubernetes: "" }), catalogue);
      const findings = findingsOf(clusterRules, facts, { to: known(versionOf(to)) }, now);
      const told = findings.filter(
        ({ id, outcome }) => mine.test(id) && (outcome === "pass" || outcome === "fail"),
      );
      expect(told.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([]);
    },
  );
});
