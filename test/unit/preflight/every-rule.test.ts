import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readingNames } from "../../../src/model/cluster-facts.ts";
import { known } from "../../../src/model/reading.ts";
import { commandInText } from "./cases.ts";
import { clusterRules, findingsOf } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { nodeRules } from "../../../src/preflight/node-rules.ts";
import { guardPages } from "../../../src/preflight/rules/pages.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { allPages } from "../../../src/render/explain/pages.ts";
import { now } from "../build/a-cluster.ts";
import { clusterFacts, findingOf, forbidden } from "./cluster.ts";
import { ruleFileIds } from "./rule-files.ts";

const mine = /^[PRBNDK]/;
const ids = ruleFileIds();

describe("what is known of releases is asked, and can be looked up", () => {
  test("every file is a rule that is asked, or a page of what the commands guard", () => {
    const made = [...clusterRules, ...nodeRules, ...guardPages].map(({ id }) => id);
    expect([...new Set(made)].toSorted()).toEqual(ids);
    const twice = guardPages.filter(({ id }) => clusterRules.some((rule) => rule.id === id));
    expect(twice).toEqual([]);
  });

  test("every id has a page with a reason, what is looked at, what to do and a source", () => {
    const pages = allPages();
    expect(pages.map(({ id }) => id).toSorted()).toEqual(ids);
    const thin = pages.filter(
      ({ why, detected, fix, sources }) =>
        why.length < 20 || detected.length < 5 || fix.length < 5 || sources.length === 0,
    );
    expect(thin.map(({ id }) => id)).toEqual([]);
  });

  test("what is pasted from a page stands apart from its sentences", () => {
    const mixed = allPages().filter(({ fix }) => commandInText.test(fix));
    expect(mixed.map(({ id, fix }) => `${id}: ${fix}`)).toEqual([]);
  });

  test("no page begins a release, a command or a field with a capital that nobody types", () => {
    const wrong = /^(V\d|Kubectl|Calicoctl|Etcd|[A-Z]\w*-\w|InterfaceName|ResourceVersion)/;
    const texts = allPages().flatMap(({ id, title, why, fix }) =>
      [title, why, fix].map((text) => [id, text]),
    );
    expect(texts.filter(([, text = ""]) => wrong.test(text))).toEqual([]);
  });
});

describe("what could not be read is never taken for good", () => {
  // `findingOf` refuses each reading of every situation in these tests, one at a time (refusals.ts): so every
  // rule is tried without each of its readings where it fails and where it passes.
  test("every rule is tried in a test that refuses its readings", () => {
    const folder = import.meta.dirname;
    const tests = readdirSync(folder)
      .filter((name) => name.endsWith(".test.ts") && name !== "every-rule.test.ts")
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .filter((text) => /\b(findingOf|casesOf|compared)\(/.test(text))
      .join("\n");
    const files = readdirSync(join(folder, "../../../src/preflight/rules"), { recursive: true }) as string[];
    const tried = ({ id }: { readonly id: string }): boolean => {
      const file = files.find((name) => name.includes(`/${id.toLowerCase()}-`)) ?? "none";
      return new RegExp(`\\b${id}\\b`).test(tests) || tests.includes(file);
    };
    expect(clusterRules.filter((rule) => !tried(rule)).map(({ id }) => id)).toEqual([]);
  });

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
      // Each of them refuses every reading of its own.
      for (const rule of clusterRules) findingOf(rule, { release, datastore }, to);
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
