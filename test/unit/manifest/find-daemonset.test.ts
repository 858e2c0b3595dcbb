import { describe, expect, test } from "vitest";
import { findDaemonSet } from "../../../src/manifest/find-daemonset.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { inFile } from "./live.ts";

const live = { namespace: "kube-system", name: "calico-node" };

function daemonSet(name: string, namespace?: string, container = "calico-node") {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { template: { spec: { containers: [{ name: container, image: "example.com/x:v1" }] } } },
  };
}

describe("H20: the file's DaemonSet is the one that runs in the cluster, or nothing happens", () => {
  test("found among everything else in the file", () => {
    const found = findDaemonSet(inFile(hostedCalico({ version: "v3.30.7" })), live, "default");
    expect(found).toMatchObject({ kind: "DaemonSet", metadata: live });
  });

  test("found by what it runs, whatever it is called", () => {
    const canal = { namespace: "kube-system", name: "canal" };
    expect(findDaemonSet(inFile([daemonSet("canal", "kube-system")]), canal, "default").metadata).toEqual(
      canal,
    );
  });

  test("without a namespace it gets the one that kubectl would give it", () => {
    const file = inFile([daemonSet("calico-node")]);
    expect(findDaemonSet(file, live, "kube-system").metadata.namespace).toBe("kube-system");
    expect(() => findDaemonSet(file, live, "default")).toThrow("is default/calico-node and the cluster's is");
  });

  test("of several, the one of the same name", () => {
    const file = inFile([
      daemonSet("calico-node-arm", "kube-system"),
      daemonSet("calico-node", "kube-system"),
    ]);
    expect(findDaemonSet(file, live, "default").metadata.name).toBe("calico-node");
  });

  test.each([
    [
      "none at all",
      [daemonSet("kube-proxy", "kube-system", "kube-proxy")],
      "no calico-node DaemonSet in calico.yaml",
    ],
    [
      "another name",
      [daemonSet("canal", "kube-system")],
      "is kube-system/canal and the cluster's is kube-system/calico-node",
    ],
    ["another namespace", [daemonSet("calico-node", "calico")], "is calico/calico-node and the cluster's is"],
    [
      "several others",
      [daemonSet("a", "kube-system"), daemonSet("b", "kube-system")],
      "2 calico-node DaemonSets (kube-system/a, kube-system/b)",
    ],
    [
      "the same one twice",
      [daemonSet("calico-node", "kube-system"), daemonSet("calico-node", "kube-system")],
      "2 times",
    ],
    [
      "the operator's manifest",
      [{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "tigera-operator" } }],
      "calico.yaml is for the operator",
    ],
    [
      "the operator's resources",
      [{ apiVersion: "operator.tigera.io/v1", kind: "Installation", metadata: { name: "default" } }],
      "calico.yaml is for the operator",
    ],
  ])("refused: %s", (_what, objects, message) => {
    expect(() => findDaemonSet(inFile(objects), live, "default")).toThrow(message);
  });
});
