import { describe, expect, test } from "vitest";
import { isAsInFile } from "../../../src/merge/within.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";

function deployment(spec: object, metadata: object = {}): KubeObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", ...metadata }, spec };
}

describe("an object of the file counts as different only where it is", () => {
  test.each<[string, KubeObject, KubeObject, boolean]>([
    ["the same", deployment({ replicas: 1 }), deployment({ replicas: 1 }), true],
    ["another value", deployment({ replicas: 1 }), deployment({ replicas: 2 }), false],
    [
      "defaults, and what the server adds",
      deployment({ replicas: 1 }),
      { ...deployment({ replicas: 1, paused: false }, { uid: "u" }), status: {} },
      true,
    ],
    [
      "a field that the cluster lacks",
      deployment({ replicas: 1, paused: true }),
      deployment({ replicas: 1 }),
      false,
    ],
    [
      "nulls and empty lists, which the server leaves out",
      deployment({ a: null, b: [], c: {} }),
      deployment({}),
      true,
    ],
    [
      "zero values, which the server leaves out",
      deployment({ readOnly: false, a: "", b: 0 }),
      deployment({}),
      true,
    ],
    ["false where the cluster has true", deployment({ a: false }), deployment({ a: true }), false],
    ["an empty map that got defaults", deployment({ a: {} }), deployment({ a: { b: 1 } }), true],
    ["an entry more in a list", deployment({ a: [1] }), deployment({ a: [1, 2] }), false],
    ["another order of a list", deployment({ a: [1, 2] }), deployment({ a: [2, 1] }), false],
    ["the status of the file", { ...deployment({}), status: { x: 1 } }, deployment({}), true],
    [
      "an older API version of the same",
      { ...deployment({ a: 1 }), apiVersion: "apps/v1beta1" },
      deployment({ a: 1 }),
      true,
    ],
    [
      "a creationTimestamp as generators write it",
      deployment({}, { creationTimestamp: null as unknown as string }),
      deployment({}, { creationTimestamp: "2026-01-01T00:00:00Z" }),
      true,
    ],
    ["labels", deployment({}, { labels: { a: "b" } }), deployment({}, { labels: { a: "c" } }), false],
  ])("%s", (_what, file, live, expected) => {
    expect(isAsInFile(file, live)).toBe(expected);
  });

  test("what kubectl applied last is as in the file, however the server writes it", () => {
    const file = deployment({ cpu: 0.5, gone: null });
    const text = JSON.stringify({ ...file, metadata: { name: "a", namespace: "x", annotations: {} } });
    const live = deployment(
      { cpu: "500m" },
      { namespace: "x", annotations: { [lastAppliedAnnotation]: text } },
    );
    expect(isAsInFile(file, live)).toBe(true);
    expect(isAsInFile(deployment({ cpu: 0.6 }), live)).toBe(false);
  });
});
