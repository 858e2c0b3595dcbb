import { describe, expect, test } from "vitest";
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
    newStarted: { at: now - 46_500, seen: now - 46_000 },
    firstReady: now - 40_000,
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

describe("H22: two times", () => {
  const line = (fields?: Partial<NodeSeen>, change: Partial<NodeRunResult> = {}) =>
    nodeLine("node-01", result({ "node-01": restarted(fields) }, change));

  test("down is told from the node's own clock where both ends were seen, and compared with the budget", () => {
    expect(line()).toBe("node/node-01 done: down 2.5s of 90s, Ready after 10s, pod networking not verified");
  });

  test("else it is an upper bound from the delete on", () => {
    const { oldStopped: _unseen, ...rest } = restarted();
    expect(nodeLine("node-01", result({ "node-01": rest }))).toContain("down ≤ 4s of 90s");
  });

  test("over the budget it says what that may have cost", () => {
    expect(line({ newStarted: { at: now + 51_000, seen: now + 51_000 } })).toContain(
      "down 100s: over the graceful-restart budget of 90s, peers may have dropped this node's routes for a while",
    );
  });

  test("without BGP, or where that is not known, nothing is compared", () => {
    const { budget: _none, ...unbounded } = result({ "node-01": restarted() });
    expect(nodeLine("node-01", { ...unbounded, bgp: false })).toContain("down 2.5s (no BGP: no budget)");
    expect(nodeLine("node-01", { ...unbounded, bgp: "unknown" })).toContain(
      "(whether BGP is in use is not known)",
    );
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
      "daemonset kube-system/calico-node is held at updateStrategy OnDelete; RollingUpdate goes back when every node that answers runs the newest revision (2 left: node-02, node-03). Do not apply it elsewhere meanwhile. To end it at once: kubectl calico-upgrade node --unpin",
    );
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
