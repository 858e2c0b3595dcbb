import { expect, test } from "vitest";
import { contentText } from "../../../src/bundle/content.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { pinnedAnnotation } from "../../../src/model/names.ts";

function daemonSet(updateStrategy: object, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace: "kube-system", annotations },
    spec: { template: {}, updateStrategy },
  };
}

test("undo of one run is not refused because a later one put the strategy back, with the server's default in it", () => {
  const inFile = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
  const held = daemonSet({ type: "OnDelete" }, { [pinnedAnnotation]: JSON.stringify(inFile) });
  const back = (maxSurge: number) =>
    daemonSet({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge } });
  expect(contentText(back(0))).toBe(contentText(held));
  expect(contentText(back(1))).not.toBe(contentText(held));
  expect(contentText(daemonSet({ type: "OnDelete" }))).not.toBe(contentText(held));
});
