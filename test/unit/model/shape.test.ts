/** What a server may send is read, and what the program would trip over is named with its place. */
import { describe, expect, test } from "vitest";
import { misfitObject } from "../../../src/model/shape.ts";

const pod = (status: object, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "calico-node-x", uid: "one" },
  spec,
  status,
});

describe("a word that means something else where nobody reads it refuses no cluster", () => {
  test.each([
    ["the user of a container, from kubelet 1.31 on", { user: { linux: { uid: 0, gid: 0 } } }],
    [
      "an image volume's state",
      { volumeMounts: [{ name: "a", volumeStatus: { image: { imageRef: "b" } } }] },
    ],
    ["what a later kubelet adds", { later: { image: 5, name: [], containers: ["a"] } }],
  ])("%s", (_what, field) => {
    const status = { name: "calico-node", image: "node:v3.30.7", ready: true, ...field };
    expect(
      misfitObject(pod({ containerStatuses: [status], initContainerStatuses: [status] })),
    ).toBeUndefined();
    expect(misfitObject(pod({ ephemeralContainerStatuses: [status], ...field }))).toBeUndefined();
  });
});

test.each([
  [
    pod({ containerStatuses: [{ name: "a", image: 5 }] }),
    "status.containerStatuses[0].image is a number, not text",
  ],
  [pod({ phase: 5 }), "status.phase is a number, not text"],
  [
    pod({ containerStatuses: [{ name: "a", state: { waiting: { reason: 5 } } }] }),
    "status.containerStatuses[0].state.waiting.reason is a number, not text",
  ],
  [pod({}, { containers: ["a"] }), "spec.containers is a list with text in it, not a list of objects"],
])("what is read is looked at: %#", (object, why) => {
  expect(misfitObject(object)).toBe(why);
});
