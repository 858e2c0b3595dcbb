import { describe, expect, test } from "vitest";
import { refusedTarget, sideOf } from "../../../src/policy/crossing.ts";
import { enforcementOf, semanticsOf } from "../../../src/policy/enforcement.ts";

describe("which side of the boundary a cluster is on", () => {
  test("with etcd the controller decides, whatever the nodes run", () => {
    expect(sideOf("etcd", { nodes: [["v2.4.0"]], controllers: [["v2.2.0", "v2.3.0"]] })).toBe("before");
    expect(sideOf("etcd", { nodes: [["v2.2.1"]], controllers: [["v2.4.0", "v2.4.1"]] })).toBe("past");
    expect(sideOf("etcd", { nodes: [["v2.2.1"]], controllers: [] })).toBe("before");
  });

  test("with the Kubernetes datastore each node does", () => {
    expect(sideOf("kubernetes", { nodes: [["v2.2.1"]], controllers: [["v2.4.0"]] })).toBe("before");
    expect(sideOf("kubernetes", { nodes: [["v2.2.1"], ["v2.3.0"]], controllers: [] })).toBe("mixed");
    expect(sideOf("kubernetes", { nodes: [["v2.3.0"]], controllers: [] })).toBe("past");
  });

  test("an image that is not recognised is not guessed at", () => {
    expect(sideOf("kubernetes", { nodes: [["v2.2.1"], []], controllers: [] })).toBe("unknown");
    expect(sideOf("kubernetes", { nodes: [["v2.2.1", "v2.3.0"]], controllers: [] })).toBe("unknown");
    expect(sideOf("etcd", { nodes: [], controllers: [] })).toBe("unknown");
  });
});

test("v2.3 with etcd still has the old meaning, so nothing is to be migrated for it", () => {
  expect(semanticsOf("v2.3.0", "etcd").kind).toBe("legacy");
  expect(semanticsOf("v2.3.0", "kubernetes").kind).toBe("v1");
  expect(semanticsOf("v2.4.0", "etcd").kind).toBe("v1");
});

test("egress and ipBlock are enforced from v2.6 on and not before", () => {
  expect(enforcementOf("v2.5.1", "etcd")).toEqual({ egress: false, ipBlock: "nobody" });
  expect(enforcementOf("v2.5.1", "kubernetes")).toEqual({ egress: false, ipBlock: "everybody" });
  expect(enforcementOf("v2.6.0", "kubernetes")).toEqual({ egress: true, ipBlock: "its addresses" });
});

test.each([
  ["v2.6.0", "etcd", true],
  ["v2.6.5", "etcd", true],
  ["v2.6.6", "etcd", false],
  ["v2.5.1", "etcd", false],
  ["v2.6.3", "kubernetes", false],
] as const)(
  "a target that leaves default-deny bypassed is refused: %s with %s",
  (release, driver, refused) => {
    expect(refusedTarget(release, driver) !== undefined).toBe(refused);
  },
);
