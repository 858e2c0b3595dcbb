import { describe, expect, test } from "vitest";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { stepNotice } from "../../../src/render/node-lines.ts";
import { aNode } from "../build/a-cluster.ts";

/** What is said before a calico-node pod is deleted; its installer as in the manifests of its time. */
function notice(image: string, change: { readonly grace?: number; readonly init?: true } = {}) {
  const { grace, init } = change;
  const installer = { name: "install-cni", image: "calico/cni:v1" };
  const calicoNode = { name: "calico-node", image };
  const spec =
    init === true
      ? { initContainers: [installer], containers: [calicoNode] }
      : { containers: [calicoNode, installer] };
  const pod = podFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "calico-node-x", namespace: "kube-system", uid: "u" },
    spec: { nodeName: "node-01", ...spec },
  });
  return stepNotice({
    kind: "delete-pod",
    node: nodeFacts(aNode("node-01")),
    pod,
    ...(grace === undefined ? {} : { gracePeriod: grace }),
  });
}

describe("H22: what a grace period costs is said of the pod that ends, and of no other", () => {
  test("install-cni before v2.6 keeps its pod for all of it", () => {
    const text =
      "pod calico-node-x has a 30s termination grace period; before Calico v2.6 install-cni ignores SIGTERM, so calico-node may be down for all of it; --grace-period shortens it";
    expect(notice("quay.io/calico/node:v2.5.1")).toBe(text);
    expect(notice("quay.io/calico/node:v2.5.1", { grace: 10 })).toBe(text.replace("30s", "10s"));
    expect(notice("quay.io/calico/node:v2.5.1", { grace: 0 })).toBeUndefined();
  });

  test.each(["quay.io/calico/node:v2.6.12", "quay.io/calico/node:v3.3.7", "quay.io/calico/node:v3.99.0"])(
    "%s ends when it is told to: nothing to warn of",
    (image) => {
      expect(notice(image, { grace: 10 })).toBeUndefined();
    },
  );

  test("from v3.4 on the installer has ended before calico-node starts, whatever its image", () => {
    expect(notice("docker.io/calico/node:v3.30.7", { grace: 10, init: true })).toBeUndefined();
    expect(notice("example.com/node@sha256:0", { grace: 10, init: true })).toBeUndefined();
  });

  test("an image that does not tell its release may be as old: said so", () => {
    expect(notice("example.com/calico/node:mine")).toContain("this pod's images do not tell its release");
  });
});
