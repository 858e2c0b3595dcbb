import { describe, expect, test } from "vitest";
import { nothingSeen, type NodesSeen } from "../../../src/plan/node/seen.ts";
import { strategyBackSince, strategyTakenAway } from "../../../src/plan/node/strategy-back.ts";
import { goal, node, pod, world } from "./world.ts";

const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const nodes = [node("node-01"), node("node-02")];
const both = { nodes: ["node-01", "node-02"] };
const held: NodesSeen = { ...nothingSeen, pinned: true };
const done = { began: 0, cordoned: true, uids: [], outcome: { result: "restarted" } } as const;

describe("H12: somebody puts RollingUpdate back while a run holds the DaemonSet", () => {
  const taken = (options: Parameters<typeof world>[0], seen: NodesSeen = held) => {
    const found = world({ strategy: rolling, nodes, ...options });
    if (found.daemonSet === undefined) throw new Error("the builder made no DaemonSet");
    return strategyTakenAway(found, found.daemonSet.facts, seen, goal(both));
  };
  const pods = [pod("node-01", { revision: 2 }), pod("node-02")];

  test("stops the run, also where our annotation went with it, and says what that does to the other nodes", () => {
    for (const pinned of [{ pinned: rolling }, {}])
      expect(taken({ pods, ...pinned })).toEqual({
        id: "H12",
        message:
          "somebody put updateStrategy RollingUpdate back on daemonset kube-system/calico-node during the run; its controller now restarts the other nodes by itself",
        hint: "to stop that and go on node by node: kubectl calico-upgrade node node-01 node-02 --take-over",
      });
  });

  test("what the controller has replaced already counts as well: it is quicker than we see it", () => {
    const replaced = [pod("node-01"), pod("node-02", { revision: 2, ready: false })];
    expect(taken({ pods: replaced })?.message).toContain("restarts the other nodes by itself");
    expect(taken({ pods: [pod("node-01")] })?.message).toContain("restarts the other nodes by itself");
  });

  test("on the last node it restarts nobody else, and nothing has to be taken over", () => {
    const last = [pod("node-01", { revision: 2 }), pod("node-02")];
    const seen = { ...held, nodes: { "node-01": done } };
    expect(taken({ pods: last }, seen)).toMatchObject({
      message: expect.not.stringContaining("other nodes") as string,
      hint: "kubectl calico-upgrade node node-01 node-02",
    });
  });

  test("after the last node there is nothing left to hold: no error at the very end", () => {
    const all = [pod("node-01", { revision: 2 }), pod("node-02", { revision: 2 })];
    const seen = { ...held, nodes: { "node-01": done, "node-02": done } };
    expect(taken({ pods: all, pinned: rolling }, seen)).toBeUndefined();
  });

  test("what we did ourselves, or tried to, is nobody else's", () => {
    expect(taken({ pods }, { ...held, unpinned: true })).toBeUndefined();
    expect(taken({ pods }, nothingSeen)).toBeUndefined();
  });
});

describe("H12: somebody has put it back since an earlier run held it", () => {
  const since = (options: Parameters<typeof world>[0], change = {}) =>
    strategyBackSince(world({ strategy: rolling, nodes, ...options }), goal({ ...both, ...change }));
  const pods = [pod("node-01", { revision: 2 }), pod("node-02")];

  test("is told before the rollout that it set off", () => {
    expect(since({ pods, pinned: rolling })).toMatchObject({
      id: "H12",
      message: expect.stringContaining("before the upgrade had ended") as string,
    });
  });

  test("not where nobody held it, where it is held, where nobody is left to be rolled, or with --take-over", () => {
    expect(since({ pods })).toBeUndefined();
    expect(since({ pods, pinned: rolling, strategy: { type: "OnDelete" } })).toBeUndefined();
    const all = [pod("node-01", { revision: 2 }), pod("node-02", { revision: 2 })];
    expect(since({ pods: all, pinned: rolling })).toBeUndefined();
    const silent = [node("node-01"), node("node-02", { ready: "Unknown" })];
    expect(since({ pods, pinned: rolling, nodes: silent })).toBeUndefined();
    expect(since({ pods, pinned: rolling }, { takeOver: true })).toBeUndefined();
  });
});
