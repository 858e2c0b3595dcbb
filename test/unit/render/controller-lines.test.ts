import { describe, expect, test } from "vitest";
import type { ObjectChange } from "../../../src/model/change.ts";
import { nothingSeen, type ControllerSeen } from "../../../src/plan/controller/seen.ts";
import { gapLine, notEnforced, pausedLines } from "../../../src/render/controller-lines.ts";

const seen: ControllerSeen = {
  ...nothingSeen,
  wrote: 1_000,
  oldAsked: 2_000,
  started: { at: 0, node: "a", seen: 5_000 },
  ready: 6_000,
};

describe("H24: what was not enforced without a controller", () => {
  const at = 3_000;
  const changes: readonly ObjectChange[] = [
    { kind: "Namespace", name: "fresh", what: "created", at },
    { kind: "Pod", namespace: "fresh", name: "p", what: "created", at },
    { kind: "Pod", namespace: "old", name: "enforced", what: "created", at },
    { kind: "Pod", namespace: "old", name: "p", what: "relabelled", at },
    { kind: "Pod", namespace: "old", name: "gone", what: "deleted", at },
    { kind: "NetworkPolicy", namespace: "old", name: "late", what: "created", at },
    { kind: "NetworkPolicy", namespace: "old", name: "before", what: "created", at: 1_500 },
    { kind: "NetworkPolicy", namespace: "old", name: "after", what: "created", at: 6_500 },
  ];

  test("new policies, namespaces and the pods in them, changed labels; not a new pod of an old namespace", () => {
    expect(notEnforced(changes, { from: 2_000, to: 6_000 }).map(({ name }) => name)).toEqual([
      "fresh",
      "p",
      "p",
      "late",
    ]);
  });

  test("with the Kubernetes datastore policy does not depend on it", () => {
    const known = { known: true, value: changes } as const;
    expect(pausedLines("kubernetes", seen, known, false)).toEqual([
      "policy is not affected; IPAM clean-up paused 3s",
    ]);
    expect(pausedLines("kubernetes", seen, known, true)).toEqual([
      "policy is not affected; IPAM clean-up and load-balancer addresses paused 3s",
    ]);
  });

  test("what could not be watched is not known, and is not nothing", () => {
    const dark = { known: false, why: "forbidden", message: "pods is forbidden" } as const;
    expect(pausedLines("etcd", seen, dark, false)).toEqual([
      "cannot tell what was created or relabeled in that time: pods is forbidden",
    ]);
  });
});

test("H22: a time of two clocks is an upper bound; of one node's clock it is exact", () => {
  expect(gapLine(seen)).toBe("no controller ran for ≤ 3s, Ready after 5s, never two at once");
  const exact = {
    ...seen,
    oldStopped: { at: 10_000, node: "a" },
    started: { at: 12_000, node: "a", seen: 5_000 },
  };
  expect(gapLine(exact)).toContain("no controller ran for 2s");
  const elsewhere = { ...exact, started: { at: 12_000, node: "b", seen: 5_000 } };
  expect(gapLine(elsewhere)).toContain("≤ 3s");
});

test("two controllers at once are told with their names", () => {
  expect(gapLine({ ...seen, overlap: { total: 120, pods: ["a", "b"] } })).toContain(
    "two at once for 120ms (a, b)",
  );
});
