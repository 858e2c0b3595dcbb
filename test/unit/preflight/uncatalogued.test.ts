import { expect, test } from "vitest";
import { known } from "../../../src/model/reading.ts";
import { clusterRules, findingsOf } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import type { Subject } from "../../../src/preflight/subject.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { now } from "../build/a-cluster.ts";
import { aFile } from "./a-file.ts";
import { clusterFacts, type PreflightSpec } from "./cluster.ts";
import { daemonSetWith } from "./cases.ts";

/** The reasons why something is unknown, and how many rules have each; those of one rule alone are left out. */
function reasons(spec: PreflightSpec, subject: Subject): readonly string[] {
  const findings = findingsOf(clusterRules, preflightFacts(clusterFacts(spec), catalogue), subject, now);
  const unknown = findings.filter(({ outcome }) => outcome === "unknown");
  expect(unknown.length).toBeGreaterThan(20);
  return [...Map.groupBy(unknown, ({ because }) => because)]
    .filter(([because, own]) => own.length > 1 || /release/.test(because))
    .map(([because]) => because);
}

test("a patch release that nobody knows yet is one reason, and so one line, not fifty", () => {
  const runs = { daemonSet: daemonSetWith("v3.29.99", {}) };
  const because = "running: images of calico-node do not tell its release: unknown (v3.29.99)";
  const noneTells = "no image tells its release";
  expect(reasons(runs, { to: known(versionOf("v3.30.7")), rights: [] })).toEqual([because, noneTells]);
  expect(reasons(runs, {})).toEqual([because, noneTells]);
});

test("so is a file whose images do not tell the release that it brings", () => {
  const message = "the images of calico.yaml do not tell the release: unknown (v3.30.99); say it with --to";
  const to = { known: false, why: "failed", message } as const;
  const manifest = aFile({ template: { node: "docker.io/calico/node:v3.30.99" } });
  expect(reasons({}, { to, manifest, rights: [] })).toEqual([`target: ${message}`]);
});
