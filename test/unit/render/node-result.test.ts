import { describe, expect, test } from "vitest";
import type { Truth } from "../../../src/model/reading.ts";
import type { NodeGoal } from "../../../src/plan/node/goal.ts";
import type { NodeSeen } from "../../../src/plan/node/seen.ts";
import { nothingSeen } from "../../../src/plan/node/seen.ts";
import { closingLines, nodeLine, nodeResultObject } from "../../../src/render/node-result.ts";
import type { NodeRunResult } from "../../../src/plan/node/result.ts";
import { commandsFor } from "../plan/commands.ts";
import { goal, node, now, pod, world } from "../plan/world.ts";
import { schemaErrorsOf } from "./schema.ts";

const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const done = [1, 2, 3].map((n) => pod(`node-0${n}`, { revision: 2 }));

function restarted(fields: Partial<NodeSeen> = {}): NodeSeen {
  return {
    began: now - 60_000,
    cordoned: true,
    deleted: { uid: "pod-node-01", at: now - 50_000 },
    oldStopped: now - 49_000,
    lastStart: { at: now - 46_500, seen: now - 46_000 },
    readyAt: now - 40_000,
    uids: [],
    outcome: { result: "restarted" },
    ...fields,
  };
}

function result(
  nodes: Readonly<Record<string, NodeSeen>>,
  change: Partial<NodeRunResult> = {},
): NodeRunResult {
  return {
    goal: goal(),
    world: world({ pods: done }),
    seen: { ...nothingSeen, nodes },
    dryRun: "none",
    budget: 90_000,
    bgp: true,
    interrupted: false,
    ended: now,
    ...change,
  };
}

describe("H22: what is told of a restart is never less than what happened", () => {
  const line = (fields: Partial<NodeSeen> = {}, change: Partial<NodeGoal> = {}) =>
    nodeLine("node-01", result({ "node-01": restarted(fields) }, { goal: goal(change) }));

  test("down is told from the node's own clock where both ends were seen, with the second that it leaves out; Ready is held against the budget", () => {
    expect(line()).toBe(
      "node/node-01 done: down ≤ 3.5s, Ready after 10s of 90s, pod networking not verified",
    );
  });

  test("else down is an upper bound from the delete on", () => {
    const { oldStopped: _unseen, ...rest } = restarted();
    expect(nodeLine("node-01", result({ "node-01": rest }))).toContain("down ≤ 4s, ");
  });

  test("a bound is rounded to its own side: what it says stays true", () => {
    const { oldStopped: _unseen, ...rest } = restarted();
    const printed = (down: number, fields: Partial<NodeSeen> = {}) => {
      const lastStart = { at: now, seen: now - 50_000 + down };
      return nodeLine("node-01", result({ "node-01": { ...rest, lastStart, ...fields } }));
    };
    expect(printed(14_340)).toContain("down ≤ 15s, ");
    expect(printed(4_120)).toContain("down ≤ 4.2s, ");
    const wasDown = { at: now - 50_000, bound: "at least" } as const;
    expect(printed(14_900, { wasDown })).toContain("down ≥ 14s, ");
    expect(printed(4_000, { readyAt: now - 50_000 + 20_010 })).toContain("Ready after 21s of 90s");
  });

  test("over the budget it says what that may have cost, also where only Ready tells", () => {
    expect(line({ readyAt: now - 50_000 + 95_000 })).toContain(
      "Ready after 95s, over the graceful-restart budget of 90s: peers may have dropped this node's routes for a while",
    );
    expect(line({ lastStart: { at: now + 51_000, seen: now + 51_000 } })).toContain(
      "over the graceful-restart",
    );
  });

  test("a release whose readiness does not ask BIRD is not said to be within the budget", () => {
    expect(line({}, { readyMeansBgp: false })).toContain("BGP session not verified (budget 90s)");
  });

  test("a pod that was down before the delete counts from then: a repair after minutes is no `down ≤ 0.4s`", () => {
    const wasDown = { at: now - 349_000, bound: "at least" as const };
    const text = line({ wasDown });
    expect(text).toContain("down ≥ 5m");
    expect(text).toContain("over the graceful-restart budget");
  });

  test("what an earlier process began counts from its lease", () => {
    const { deleted: _none, ...rest } = restarted();
    const seen = { ...rest, continued: now - 349_000 };
    const text = nodeLine("node-01", result({ "node-01": seen }));
    expect(text).toContain("over the graceful-restart budget");
  });

  test("without BGP, or where that is not known, nothing is compared", () => {
    const { budget: _none, ...unbounded } = goal();
    const told = (bgp: Truth) =>
      nodeLine("node-01", result({ "node-01": restarted() }, { goal: { ...unbounded, bgp } }));
    expect(told(false)).toContain("no BGP: no budget");
    expect(told("unknown")).toContain("whether BGP is in use is not known");
  });

  test("H26: verified only when a pod got an address", () => {
    expect(line({ probed: true })).toMatch(/, a pod got an address$/);
    expect(line({ probed: false })).toMatch(/, pod networking not verified$/);
  });
});

describe("what is left to do", () => {
  const old = [pod("node-01", { revision: 2 }), pod("node-02"), pod("node-03")];

  test("the next command names the same cluster and DaemonSet", () => {
    const elsewhere = goal({
      commands: commandsFor("node node-01", "--daemonset", "net/calico", "--context=prod"),
    });
    expect(closingLines(result({}, { world: world({ pods: old }), goal: elsewhere }))).toEqual([
      "next: kubectl calico-upgrade node node-02 --daemonset net/calico --context=prod",
    ]);
  });

  test("H12: as long as it is held, that is said, with what ends it", () => {
    const [line] = closingLines(result({}, { world: world({ pods: old, pinned: rolling }) }));
    expect(line).toBe(
      "daemonset kube-system/calico-node is held at updateStrategy OnDelete; RollingUpdate is restored when every node that answers runs the newest revision (2 left: node-02, node-03). Until then, don't kubectl apply it. To restore it now: kubectl calico-upgrade node --unpin",
    );
  });

  test("H12: once somebody has put the strategy back it is not said to be held, but who restarts the others", () => {
    for (const pinned of [{ pinned: rolling }, {}]) {
      const loose = result(
        {},
        { world: world({ pods: old, strategy: rolling, ...pinned }), stop: { message: "x" } },
      );
      expect(closingLines(loose)).toEqual([
        "daemonset kube-system/calico-node has updateStrategy RollingUpdate: Kubernetes restarts calico-node on the remaining nodes by itself, without cordoning (2 left: node-02, node-03)",
      ]);
      expect(nodeResultObject(loose)).toMatchObject({
        daemonSet: { updateStrategy: "RollingUpdate", pinned: false },
      });
    }
  });

  test("H16: what becomes of a silent node depends on who restarts pods there", () => {
    const nodes = [node("node-01"), node("node-02", { ready: "Unknown" })];
    const pods = [pod("node-01", { revision: 2 }), pod("node-02")];
    const said = (options: object) =>
      closingLines(result({}, { world: world({ nodes, pods, ...options }) })).at(-1);
    expect(said({})).toBe(
      "node-02 is silent and still on an older revision: when the kubelet answers again: kubectl calico-upgrade node node-02",
    );
    expect(said({ pinned: rolling })).toContain(
      "once the strategy is back, the DaemonSet controller may restart",
    );
    expect(said({ strategy: rolling })).toContain(
      "the DaemonSet controller may restart calico-node there by itself",
    );
  });

  test("nothing, when every node runs the newest revision", () => {
    expect(closingLines(result({}))).toEqual([]);
  });
});

describe("the result object", () => {
  test.each<[string, NodeRunResult]>([
    ["done", result({ "node-01": restarted() })],
    [
      "skipped",
      result({ "node-01": { ...restarted(), outcome: { result: "skipped", why: "newest already" } } }),
    ],
    [
      "gone in the middle",
      result(
        { "node-01": { ...restarted(), outcome: { result: "vanished" } } },
        { world: world({ nodes: [] }) },
      ),
    ],
    [
      "stopped",
      result(
        {},
        {
          stop: {
            id: "H13",
            node: "node-01",
            message: "bob works",
            hint: "wait",
            pod: { name: "p", namespace: "n" },
          },
        },
      ),
    ],
    [
      "interrupted in a dry run",
      result({}, { stop: { message: "interrupted", interrupted: true }, dryRun: "server" }),
    ],
    ["with its DaemonSet gone", result({}, { world: { ...world(), daemonSet: undefined } as never })],
  ])("%s: keeps to the published schema", (_what, run) => {
    expect(schemaErrorsOf("node-upgrade", nodeResultObject(run))).toEqual([]);
  });

  test("a node that the run did not get to is not called failed", () => {
    const stop = { node: "node-02", message: "no" };
    const two = goal({ nodes: ["node-01", "node-02", "node-03"] });
    const { nodes } = nodeResultObject(result({ "node-01": restarted() }, { goal: two, stop })) as {
      nodes: { name: string; result: string }[];
    };
    expect(nodes.map((each) => each.result)).toEqual(["restarted", "failed", "not reached"]);
  });
});
