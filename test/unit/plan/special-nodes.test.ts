import { describe, expect, test } from "vitest";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { specialNodes } from "../../../src/plan/fleet/special.ts";

const node = (name: string, reflects?: string) =>
  nodeFacts({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      ...(reflects === undefined
        ? {}
        : { annotations: { "projectcalico.org/RouteReflectorClusterID": reflects } }),
    },
  });
const typha = (name: string, on: string, more: object = {}) =>
  podFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "kube-system", ...more },
    spec: { nodeName: on, containers: [{ name: "typha", image: "example.com/calico/typha:v3.30.0" }] },
  });
const worldOf = (
  nodes: readonly ReturnType<typeof node>[],
  pods: readonly ReturnType<typeof typha>[] = [],
) => ({
  nodes: new Map(nodes.map((each) => [each.name, each])),
  components: pods,
});

describe("what an operator has to know of some nodes before a run", () => {
  test("ordinary nodes need no line", () => {
    const pod = typha("typha-1", "node-03");
    expect(
      specialNodes(worldOf([node("node-01"), node("node-02", "")], [pod]), ["node-01", "node-02"]),
    ).toEqual([]);
  });

  test("route reflectors of the run, and how many there are in the cluster", () => {
    const world = worldOf([node("node-01", "244.0.0.1"), node("node-02", "244.0.0.1"), node("node-03")]);
    expect(specialNodes(world, ["node-01", "node-03"])).toEqual([
      "route reflectors: node-01 (1 of 2); BGP peers learn no routes from a node while its calico-node restarts",
    ]);
  });

  test("where Typha runs; a pod that is being deleted does not count", () => {
    const pods = [
      typha("typha-1", "node-01"),
      typha("typha-2", "node-02"),
      typha("typha-3", "node-03", { deletionTimestamp: "2026-01-01T12:00:00Z" }),
    ];
    const world = worldOf(
      ["node-01", "node-02", "node-03"].map((name) => node(name)),
      pods,
    );
    expect(specialNodes(world, ["node-01", "node-03"])).toEqual([
      "Typha runs on node-01 (1 of 2 pods); restarting calico-node does not restart it",
    ]);
  });
});
