import { expect, test } from "vitest";
import { listedKinds } from "../../../src/model/listed-kinds.ts";

test("thousands of calico-node pods are not read a second time for the room on their nodes", () => {
  const { pick, labelSelector } = listedKinds.otherPods;
  const pod = (app: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: app, namespace: "kube-system", labels: { "k8s-app": app } },
    spec: { nodeName: "node-01", containers: [] },
  });
  expect(labelSelector).toBe("k8s-app notin (calico-node,canal,canal-node)");
  expect(["calico-node", "canal", "canal-node"].map((app) => pick(pod(app)))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(pick(pod("kube-dns"))).toMatchObject({ node: "node-01" });
});
