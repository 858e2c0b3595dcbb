import { describe, expect, test } from "vitest";
import type { NeededRight, RightFacts } from "../../../src/model/right.ts";
import { known } from "../../../src/model/reading.ts";
import { rights } from "../../../src/preflight/rules/rights/s05-rights.ts";
import { findingOf, forbidden } from "./cluster.ts";

const patchNodes: NeededRight = { verb: "patch", group: "", resource: "nodes" };
const patchSets: NeededRight = {
  verb: "patch",
  group: "apps",
  resource: "daemonsets",
  namespace: "kube-system",
};
const bind: NeededRight = { verb: "bind", group: "rbac.authorization.k8s.io", resource: "clusterroles" };
const needed = [patchNodes, patchSets, bind];

function answered(allowed: readonly RightFacts["allowed"][]): readonly RightFacts[] {
  return allowed.flatMap((each, index) => {
    const right = needed[index];
    return right === undefined ? [] : [{ ...right, allowed: each }];
  });
}

function finding(allowed: readonly RightFacts["allowed"][]) {
  return findingOf(rights, { readings: { rights: known(answered(allowed)) } }, "v3.30.7", { rights: needed });
}

describe("S05: rights are known before the first write", () => {
  test("a missing one is named with where it is needed, and stands in the roles to be applied", () => {
    expect(finding([true, false, false])).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringContaining("patch daemonsets.apps in namespace kube-system") as string,
      missing: [
        { verb: "patch", resource: "daemonsets" },
        { verb: "bind", resource: "clusterroles" },
      ],
    });
  });

  test("all of them pass", () => {
    expect(finding([true, true, true]).outcome).toBe("pass");
  });

  test("one that the server said nothing about is unknown, and so is one that was not asked", () => {
    expect(finding([true, "unknown", true])).toMatchObject({ outcome: "unknown", severity: "error" });
    expect(finding([true, true])).toMatchObject({ outcome: "unknown", severity: "error" });
  });

  test("H27: without bind alone nobody knows before it is tried: a warning, never passed", () => {
    expect(finding([true, true, false])).toMatchObject({ outcome: "unknown", severity: "warning" });
  });

  test("unknown where reviews cannot be asked, n/a where no step is known", () => {
    expect(
      findingOf(rights, { readings: { rights: forbidden } }, "v3.30.7", { rights: needed }).outcome,
    ).toBe("unknown");
    expect(findingOf(rights, {}, undefined, {}).outcome).toBe("n/a");
  });
});
