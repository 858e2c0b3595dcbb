import { describe, expect, test } from "vitest";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { revisionFacts } from "../../../src/model/revision.ts";
import { currentRevision, newestRevision, upToDate } from "../../../src/model/rollout.ts";
import { aDaemonSet, aPod, aRevision, aTemplate } from "../build/a-cluster.ts";

const old = aTemplate();
const next = aTemplate({ node: "calico/node:v3.30.0" });
const raw = aDaemonSet({ template: next, generation: 2 });
const daemonSet = daemonSetFacts(raw);
const revisions = [aRevision(raw, 10, "bbb", next), aRevision(raw, 9, "aaa", old)].map(revisionFacts);

function pod(spec: Parameters<typeof aPod>[2]) {
  return podFacts(aPod(raw, "node-01", spec));
}

describe("H11: which revision is the newest", () => {
  test("the highest number counts, not the newest object or the longest text", () => {
    expect(newestRevision(revisions, daemonSet)?.hash).toBe("bbb");
    expect(newestRevision(revisions.toReversed(), daemonSet)?.hash).toBe("bbb");
  });

  test("another DaemonSet's revision is never taken for this one's", () => {
    const foreign = revisionFacts(aRevision(aDaemonSet({ name: "other" }), 99, "zzz"));
    expect(newestRevision([...revisions, foreign], daemonSet)?.hash).toBe("bbb");
  });

  test("no pod may be deleted before the controller has seen the template: there is no current revision yet", () => {
    const unseen = daemonSetFacts(aDaemonSet({ template: next, generation: 3, observed: 2 }));
    expect(currentRevision(revisions, daemonSet)?.hash).toBe("bbb");
    expect(currentRevision(revisions, unseen)).toBeUndefined();
  });

  test("nor when the revisions that were read are older than the DaemonSet that was read", () => {
    const newer = daemonSetFacts(aDaemonSet({ template: aTemplate({ node: "calico/node:v3.31.0" }) }));
    expect(currentRevision(revisions, newer)).toBeUndefined();
  });
});

describe("H11: which pod is up to date", () => {
  test("by the hash of the newest revision", () => {
    expect(upToDate(pod({ hash: "bbb" }), daemonSet, revisions)).toBe(true);
    expect(upToDate(pod({ hash: "aaa" }), daemonSet, revisions)).toBe(false);
  });

  test("by the template generation, which old servers set and no hash needs", () => {
    const old15 = daemonSetFacts({
      ...raw,
      apiVersion: "extensions/v1beta1",
      spec: { ...(raw["spec"] as object), templateGeneration: 7 },
    });
    expect(upToDate(pod({ generation: "7" }), old15, [])).toBe(true);
    expect(upToDate(pod({ generation: "6" }), old15, [])).toBe(false);
    expect(upToDate(pod({ generation: "6", hash: "bbb" }), old15, revisions)).toBe(true);
  });

  test("neither label: unknown, not outdated", () => {
    expect(upToDate(pod({}), daemonSet, revisions)).toBe("unknown");
  });

  test("revisions that could not be read: unknown", () => {
    expect(upToDate(pod({ hash: "bbb" }), daemonSet, undefined)).toBe("unknown");
  });

  test("a template that has no revision yet makes every pod outdated, never up to date", () => {
    const newer = daemonSetFacts(
      aDaemonSet({ template: aTemplate({ node: "calico/node:v3.31.0" }), generation: 3, observed: 2 }),
    );
    expect(upToDate(pod({ hash: "bbb" }), newer, revisions)).toBe(false);
    expect(upToDate(pod({ hash: "aaa" }), newer, revisions)).toBe(false);
  });

  test("a roll-back to an older revision that the controller has not seen yet: its pods are unknown", () => {
    const back = daemonSetFacts(aDaemonSet({ template: old, generation: 3, observed: 2 }));
    expect(upToDate(pod({ hash: "aaa" }), back, revisions)).toBe("unknown");
    expect(upToDate(pod({ hash: "bbb" }), back, revisions)).toBe(false);
  });
});
