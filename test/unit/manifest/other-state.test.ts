import { expect, test } from "vitest";
import { refuseOtherState } from "../../../src/manifest/other-state.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

const ref = { group: "apps", kind: "DaemonSet", name: "calico-node" };
const object = (metadata: object): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "calico-node", ...metadata },
});
const live = object({ uid: "u1", resourceVersion: "7" });
const judged =
  (metadata: object, before: KubeObject | undefined = live) =>
  () =>
    refuseOtherState([{ ref, object: object(metadata), before }]);

test.each([{}, { resourceVersion: "7" }, { uid: "u1", resourceVersion: "" }, { uid: null }])(
  "%j says nothing that is not so: written",
  (metadata) => {
    expect(judged(metadata)).not.toThrow();
  },
);

test("an exported file is not written over what somebody did since: each difference is named", () => {
  expect(judged({ uid: "u0", resourceVersion: "6" })).toThrow(
    "daemonset.apps/calico-node: uid is u1 and the file says u0\n  daemonset.apps/calico-node: resourceVersion is 7 and the file says 6\n",
  );
});

test("nor is what was deleted since created again", () => {
  expect(() => refuseOtherState([{ ref, object: object({ uid: "u1" }), before: undefined }])).toThrow(
    "uid is none: it is not there and the file says u1",
  );
});
