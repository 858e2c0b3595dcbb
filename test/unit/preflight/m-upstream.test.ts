/** Whole manifests: the project's own, and upstream's where they are. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { known } from "../../../src/model/reading.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { releaseOfTemplate } from "../../../src/releases/running.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { manifestFolders } from "../../calico/manifest-folders.ts";
import { rulesOf } from "./cluster.ts";

const flavours =
  process.env["TEST_ALL"] === undefined
    ? ["kdd"]
    : ["kdd", "etcd", "canal", "canal-etcd", "kdd-typha", "kdd-vxlan", "kdd-policy-only"];

const cases = manifestFolders().flatMap(({ name, path, own }) => {
  const minors = readdirSync(path)
    .filter((minor) => /^v\d+\.\d+$/.test(minor))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return (own ? ["kdd", "etcd", "canal"] : flavours).map((flavour) => ({
    name,
    folder: path,
    minors,
    flavour,
  }));
});

/** What upstream's own next manifest really changes, and what it leaves to be filled in. */
const right = [
  "kdd/v2.2: M10",
  "kdd-vxlan/v3.16: M10",
  "etcd/v3.2: M11",
  "etcd/v3.6: M11",
  "canal-etcd/v3.2: M11",
  "canal-etcd/v3.6: M11",
];

describe.each(cases)(
  "$name: the next of $flavour on the one before it",
  { timeout: 60_000 },
  ({ folder, minors, flavour }) => {
    const read = (minor: string) => {
      const path = join(folder, minor, `${flavour}.yaml`);
      const objects = parseManifest(readFileSync(path, "utf8"), path);
      return { objects, facts: fileFacts(objects, "kube-system") };
    };
    const there = minors.filter((minor) => existsSync(join(folder, minor, `${flavour}.yaml`)));

    test("is refused by no rule about manifests, but for what upstream really changed", () => {
      const wrong: string[] = [];
      let [before] = there.slice(0, 1).map(read);
      for (const minor of there.slice(1)) {
        const manifest = read(minor);
        const sets = manifest.facts.daemonSets;
        const workloads = manifest.facts.workloads;
        const [set] = sets.known ? sets.value : [];
        const release =
          set === undefined || !workloads.known
            ? undefined
            : releaseOfTemplate(set.template, workloads.value, catalogue).candidates.at(-1);
        const none = known([]);
        if (before === undefined) throw new Error(`no ${flavour}`);
        const live = { ...before.facts, serverVersion: "v1.31.0", nodes: none, pods: none };
        const subject = { manifest, ...(release === undefined ? {} : { to: known(versionOf(release)) }) };
        for (const rule of rulesOf("M")) {
          // Which kinds are served depends on the server, not on the manifest before.
          if (rule.id === "M16") continue;
          const { id, severity, outcome, because } = rule.evaluate(
            preflightFacts(live, catalogue),
            subject,
            0,
          );
          if (severity === "error" && outcome !== "pass" && outcome !== "n/a")
            wrong.push(`${flavour}/${minor}: ${id} ${outcome}: ${because}`);
        }
        before = manifest;
      }
      const unexplained = wrong.filter((line) => !right.some((known) => line.startsWith(known)));
      expect(unexplained).toEqual([]);
      expect(there.length).toBeGreaterThan(10);
    });
  },
);
