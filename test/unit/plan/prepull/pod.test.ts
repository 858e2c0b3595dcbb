import { expect, test } from "vitest";
import { pullPod } from "../../../../src/plan/prepull/pod.ts";

const template = {
  spec: {
    priorityClassName: "system-node-critical",
    serviceAccountName: "calico-node",
    imagePullSecrets: [{ name: "registry" }],
    tolerations: [{ operator: "Exists" }],
  },
};

function specOf(options: { readonly account?: string } = {}) {
  const pod = pullPod({
    namespace: "kube-system",
    node: "node-01",
    template,
    images: [{ image: "calico/cni:v3.30.0" }, { image: "calico/node:v3.30.0", policy: "Always" }],
    run: { run: "uid/2", holder: "ann@desk/1" },
    ...options,
  });
  return pod["spec"] as Record<string, unknown>;
}

test("a full node evicts nobody for a pull: its pod is not critical, although calico-node is", () => {
  expect(specOf()).not.toHaveProperty("priorityClassName");
  expect(specOf()).not.toHaveProperty("priority");
});

test("it gets every image as calico-node would, on exactly its node", () => {
  expect(specOf()).toMatchObject({
    nodeName: "node-01",
    serviceAccountName: "calico-node",
    imagePullSecrets: [{ name: "registry" }],
    tolerations: expect.arrayContaining([{ operator: "Exists" }]),
    containers: [
      { image: "calico/cni:v3.30.0" },
      { image: "calico/node:v3.30.0", imagePullPolicy: "Always" },
    ],
  });
  expect(specOf({ account: "default" })).toMatchObject({ serviceAccountName: "default" });
});
