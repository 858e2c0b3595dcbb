/** What `status` says of a rollout by the DaemonSet's own controller: only where there is one. */
import { describe, expect, test } from "vitest";
import { summaryLines } from "../../../src/render/status/summary.ts";
import {
  aDaemonSet,
  aHealthyCluster,
  aNode,
  anUpgradingCluster,
  aPod,
  ago,
  forbidden,
  type ClusterSpec,
} from "../build/a-cluster.ts";
import { statusOf } from "./status-of.ts";

const wrong = (spec: ClusterSpec): readonly string[] =>
  statusOf(spec).problems.flatMap(({ message, hint = "" }) => [message, hint]);
const upgradeLine = (spec: ClusterSpec) =>
  summaryLines(statusOf(spec)).find((line) => line.startsWith("Upgrade:"));
const rolling = { strategy: "RollingUpdate" };

/** Every pod of it is the newest; node-03 has none. */
function oneMissing(strategy: string): ClusterSpec {
  const daemonSet = aDaemonSet({ strategy });
  const pods = ["node-01", "node-02"].map((node) => aPod(daemonSet, node, { hash: "aaa" }));
  return { ...aHealthyCluster(), daemonSets: [daemonSet], pods };
}

describe("a rollout by the DaemonSet's controller", () => {
  test("is told with how many nodes are left, and what stops it", () => {
    expect(wrong(anUpgradingCluster(rolling))).toEqual([
      "DaemonSet kube-system/calico-node: its controller is rolling it out by itself, without cordoning (2 of 3 nodes left)",
      "to stop that and upgrade node by node: kubectl calico-upgrade node NODE --take-over",
    ]);
  });

  test.each(["RollingUpdate", "OnDelete"])(
    "is none where a pod is only missing (%s): nobody takes over what does not happen",
    (strategy) => {
      const spec = oneMissing(strategy);
      expect(wrong(spec)).toEqual(["1 node without the calico-node pod that belongs there: node-03", ""]);
      expect(upgradeLine(spec)).toMatch(/^Upgrade: +2 of 3 nodes on revision 1, .*; 1 without its pod$/);
    },
  );

  test("is none where the newest pod of a node is Pending", () => {
    const spec = oneMissing("RollingUpdate");
    const [daemonSet] = spec.daemonSets as [ReturnType<typeof aDaemonSet>];
    const pending = aPod(daemonSet, "node-03", { hash: "aaa", pending: "0/3 nodes are available" });
    expect(wrong({ ...spec, pods: [...(spec.pods as []), pending] })).toEqual([
      "1 node whose calico-node does not run: node-03",
      "",
    ]);
  });

  test("an older pod that is Pending is replaced by it like one that runs", () => {
    const spec = anUpgradingCluster(rolling);
    const [daemonSet] = spec.daemonSets as [ReturnType<typeof aDaemonSet>];
    const pending = aPod(daemonSet, "node-03", { hash: "aaa", pending: "0/3 nodes are available" });
    const pods = [...(spec.pods as readonly []).slice(0, 2), pending];
    expect(wrong({ ...spec, pods }).join()).toContain("(2 of 3 nodes left)");
  });

  test("is over with the last old pod: one that is being deleted is not restarted once more", () => {
    const spec = anUpgradingCluster(rolling);
    const [daemonSet] = spec.daemonSets as [ReturnType<typeof aDaemonSet>];
    const newest = ["node-01", "node-02"].map((node) => aPod(daemonSet, node, { hash: "bbb" }));
    const going = aPod(daemonSet, "node-03", { hash: "aaa", deletedAt: ago(5), gracePeriod: 30 });
    expect(wrong({ ...spec, pods: [...newest, going] }).join()).not.toContain("by itself");
  });

  test("H16: what a silent node runs is not what is being rolled out", () => {
    const spec = anUpgradingCluster(rolling);
    const nodes = [aNode("node-01"), aNode("node-02", { ready: "Unknown" }), aNode("node-03")];
    expect(wrong({ ...spec, nodes }).join()).toContain("(1 of 3 nodes left)");
  });

  test("that has not begun, because its controller has not seen the template, is told as one to come", () => {
    expect(wrong(anUpgradingCluster({ ...rolling, observed: 1 }))).toEqual([
      "DaemonSet kube-system/calico-node: its controller has not seen the newest template yet; then Kubernetes would restart calico-node on the remaining nodes by itself, without cordoning (maxUnavailable 1)",
      "to upgrade node by node instead: kubectl calico-upgrade node NODE --take-over",
    ]);
  });

  test("is none for a DaemonSet that was created a moment ago and has no pod yet", () => {
    const daemonSet = aDaemonSet({ observed: 0 });
    const spec = { ...aHealthyCluster(), daemonSets: [daemonSet], pods: [], revisions: [] };
    expect(wrong(spec).join()).not.toContain("by itself");
    expect(wrong(spec).join()).not.toContain("--take-over");
  });

  test("by OnDelete is none: nodes to do restart only when somebody does it", () => {
    const spec = anUpgradingCluster({ strategy: "OnDelete" });
    expect(wrong(spec)).toEqual([]);
    expect(upgradeLine(spec)).toContain("2 still to do; none restarts by itself (OnDelete)");
  });

  test("is not guessed where pods or revisions cannot be read", () => {
    const spec = anUpgradingCluster(rolling);
    expect(wrong({ ...spec, pods: forbidden("pods") }).join()).not.toContain("by itself");
    const revisions = forbidden("controllerrevisions");
    expect(wrong({ ...spec, revisions }).join()).not.toContain("by itself");
  });
});
