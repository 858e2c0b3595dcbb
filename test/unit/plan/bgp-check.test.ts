import { describe, expect, test } from "vitest";
import type { BgpSession } from "../../../src/model/bgp-session.ts";
import type { BgpAnswer } from "../../../src/model/server-verdict.ts";
import { run } from "../../../src/perform/run.ts";
import type { BgpRead } from "../../../src/plan/node/bgp-seen.ts";
import type { BgpCheck, NodeGoal } from "../../../src/plan/node/goal.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import { nodeLine } from "../../../src/render/node-result.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { goal } from "./world.ts";

const daemonSets = { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" };
const places = {
  daemonSets,
  nodes: { group: "", version: "v1", resource: "nodes", kind: "Node" },
  pods: { group: "", version: "v1", resource: "pods", kind: "Pod" },
};
const never = new AbortController().signal;

function session(name: string, change: Partial<BgpSession> = {}): BgpSession {
  const state = change.state ?? "Established";
  return {
    name,
    state,
    established: state === "Established",
    gracefulRestart: { own: "unknown", peer: true },
    ...change,
  };
}

type GivenAnswer = Omit<BgpAnswer, "kind" | "at">;

/** `answers`: of a node, by how often it was asked before and after its restart. */
async function restart(
  answers: (read: BgpRead, count: number, cluster: SimulatedCluster) => GivenAnswer,
  mode: BgpCheck["mode"] = "auto",
  change: Partial<NodeGoal> = {},
) {
  const nodes = change.nodes ?? ["node-01"];
  const cluster = new SimulatedCluster({ nodes, cordoned: [], strategy: { type: "OnDelete" } });
  const asked: BgpRead[] = [];
  const wanted = goal({
    nodes,
    restart: true,
    holder: "a",
    settle: 1_000,
    timeout: 60_000,
    bgpCheck: { mode, ipv6: false },
    ...change,
  });
  const waited: string[] = [];
  const result = await run(nodeProcedure(wanted, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => cluster.send(write),
    interrupt: { first: never, second: never },
    emit(event) {
      if (event.kind === "waiting") waited.push(event.wait.for);
    },
    read: async (read) => {
      if (read.kind !== "bgp") throw new Error("nothing else is asked here");
      const count = asked.filter(({ node, when }) => node === read.node && when === read.when).length;
      asked.push(read);
      return { kind: "bgp", at: cluster.now, ...answers(read, count, cluster) };
    },
  });
  const line = (node: string) => nodeLine(node, { seen: result.memory, goal: wanted });
  return { cluster, asked, result, line, waited };
}

const both = [session("Mesh_10_0_0_2"), session("Mesh_10_0_0_3")];

describe("a node is done when the sessions that were up are up again", () => {
  test("it is asked before the delete and after Ready, and the line has the count and the time", async () => {
    const { asked, result, line } = await restart(() => ({ sessions: both }));
    expect(result).toMatchObject({ kind: "done" });
    expect(asked.map(({ when }) => when)).toEqual(["before", "after"]);
    expect(new Set(asked.map(({ pod }) => pod.uid)).size).toBe(2);
    expect(line("node-01")).toMatch(/, 2 of 2 BGP sessions, [\d.]+s, pod networking not verified$/);
  });

  test("a session that is not back yet holds the node, and is named; the time is that of the last one", async () => {
    const late = [session("Mesh_10_0_0_2"), session("Mesh_10_0_0_3", { state: "Connect" })];
    const { cluster, asked, line, waited } = await restart(({ when }, count) => ({
      sessions: when === "before" || count >= 5 ? both : late,
    }));
    expect(waited).toContain("1 BGP session (Mesh_10_0_0_3: Connect)");
    expect(asked.filter(({ when }) => when === "after")).toHaveLength(6);
    expect(cluster.cordoned("node-01")).toBe(false);
    const took = Number(/sessions, ([\d.]+)s/.exec(line("node-01") ?? "")?.[1]);
    const ready = Number(/Ready after ([\d.]+)s/.exec(line("node-01") ?? "")?.[1]);
    expect(took).toBeGreaterThanOrEqual(ready + 5);
  });

  test("a session that does not come back stops the run as a pod that does not become Ready: the node stays cordoned", async () => {
    const { cluster, result } = await restart(({ when }) => ({
      sessions: when === "before" ? both : [session("Mesh_10_0_0_2")],
    }));
    expect(result).toMatchObject({
      kind: "stopped",
      reason: {
        node: "node-01",
        saysCordoned: true,
        message: "1 BGP session of node node-01 did not come back within 60s: Mesh_10_0_0_3: not configured",
      },
    });
    expect(cluster.cordoned("node-01")).toBe(true);
    expect(cluster.lease("node-01")).toBeDefined();
  });

  test("what was down before is not waited for", async () => {
    const before = [session("Mesh_10_0_0_2"), session("Global_10_9_9_9", { state: "Active" })];
    const { result, line } = await restart(() => ({ sessions: before }));
    expect(result).toMatchObject({ kind: "done" });
    expect(line("node-01")).toContain(", 1 of 1 BGP session, ");
  });

  test("a session with a node whose own calico-node is down comes back with that one, and is not waited for", async () => {
    const peer = [session("Mesh_10_0_0_2", { node: "node-gone" }), session("Mesh_10_0_0_3")];
    const { result, line } = await restart(({ when }) => ({
      sessions: when === "before" ? peer : [session("Mesh_10_0_0_3")],
    }));
    expect(result).toMatchObject({ kind: "done" });
    expect(line("node-01")).toContain(", 1 of 2 BGP sessions, pod networking");
  });

  test("H22: a peer without graceful restart is named, and so is a time over the budget", async () => {
    const peers = [session("Global_10_9_9_9", { gracefulRestart: { own: true, peer: false } })];
    const { line } = await restart(
      ({ when }, count) => ({ sessions: when === "before" || count >= 10 ? peers : [] }),
      "auto",
      { budget: 5_000 },
    );
    expect(line("node-01")).toContain("no graceful restart with Global_10_9_9_9");
    expect(line("node-01")).toContain("over the graceful-restart budget of 5s");
  });

  test("without a session before there is none to wait for", async () => {
    const { result, line } = await restart(() => ({ sessions: [] }));
    expect(result).toMatchObject({ kind: "done" });
    expect(line("node-01")).toContain(", no BGP session was up before, ");
  });
});

describe("what is not known is not guessed", () => {
  test("auto: BIRD that cannot be asked stops nobody, and nodes after it are not asked in vain", async () => {
    const nodes = ["node-01", "node-02", "node-03"];
    const { asked, result, line } = await restart(() => ({ why: "no" }), "auto", { nodes });
    expect(result).toMatchObject({ kind: "done", memory: { bgpUnasked: "no" } });
    expect(asked).toHaveLength(1);
    for (const node of nodes) expect(line(node)).not.toMatch(/sessions/);
  });

  test("auto: a replacement that cannot be asked is asked three times, and is not verified", async () => {
    const { asked, result, line } = await restart(({ when }) =>
      when === "before" ? { sessions: both } : { why: "no" },
    );
    expect(result).toMatchObject({ kind: "done" });
    expect(asked).toHaveLength(4);
    expect(line("node-01")).not.toMatch(/sessions/);
  });

  test("exec: where BIRD cannot be asked nothing is written", async () => {
    const { cluster, result } = await restart(() => ({ why: "forbidden" }), "exec");
    expect(result).toMatchObject({ kind: "stopped", reason: { node: "node-01" } });
    expect(result.kind === "stopped" && result.reason.message).toContain(
      "forbidden; the running pod is left alone",
    );
    expect(cluster.log).toEqual([]);
  });

  test("exec: a replacement that cannot be asked is waited for as long as one that is not Ready", async () => {
    const { cluster, result } = await restart(
      ({ when }) => (when === "before" ? { sessions: both } : { why: "no route" }),
      "exec",
    );
    expect(result).toMatchObject({ kind: "stopped", reason: { saysCordoned: true } });
    expect(result.kind === "stopped" && result.reason.message).toContain("no route");
    expect(cluster.cordoned("node-01")).toBe(true);
  });
});
