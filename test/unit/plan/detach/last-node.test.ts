/** A run in the cluster that drains its own node is the last to lose its neighbours. */
import { expect, test } from "vitest";
import { fleetOf } from "../../../../src/operations/node/fleet.ts";
import type { NodesRequest } from "../../../../src/operations/node/request.ts";
import { drainVerdict } from "../../../../src/plan/drain/rules.ts";
import { plainPace } from "../../../../src/plan/fleet/pace.ts";
import { node, world } from "../world.ts";

const names = ["node-01", "node-02", "node-03"];
const drain = {
  ignoreDaemonSets: true,
  deleteEmptyDirData: true,
  deleteUnmanaged: false,
  disableEviction: false,
  timeout: 0,
};
const request: NodesRequest = {
  nodes: names,
  pace: { ...plainPace, order: "name", canaries: 1 },
  restart: false,
  noCordon: false,
  timeout: 0,
  takeOver: false,
  ignored: new Set(),
  templateOnly: false,
  inJob: { node: "node-01" },
};
const order = (change: Partial<NodesRequest>) =>
  fleetOf({ ...request, ...change }, world({ nodes: names.map((name) => node(name)) }), undefined, {
    usual: 0,
    dryRun: false,
  }).nodes;

test("its own node comes last where nodes are drained, also as a canary, and in its turn where they are not", () => {
  expect(order({ drain })).toEqual(["node-02", "node-03", "node-01"]);
  expect(order({ drain, nodes: ["node-02", "node-03"] })).toEqual(["node-02", "node-03"]);
  expect(order({})).toEqual(names);
});

test("its own pod is not evicted", () => {
  const pod = {
    namespace: "kube-system",
    name: "calico-upgrade-detached-x",
    uid: "u",
    node: "node-01",
    labels: { "calico-upgrade/purpose": "detached" },
    ending: false,
    finished: false,
    mirror: false,
    emptyDir: true,
    controller: { kind: "Job", uid: "j" },
  };
  expect(drainVerdict(pod, drain, "ds")).toEqual({ kind: "stays" });
});
