/** H17: where only time is missing the run waits, and refuses nothing. */
import type { DryRunStrategy } from "../../../src/model/dry-run.ts";
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { findingsFor, refusal } from "../../../src/operations/node/guard.ts";
import { run } from "../../../src/perform/run.ts";
import type { Ended, Wait } from "../../../src/plan/decision.ts";
import type { NodeGoal } from "../../../src/plan/node/goal.ts";
import { look } from "../../../src/plan/node/look.ts";
import { nextNodeStep } from "../../../src/plan/node/next.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import { nothingSeen, type NodesSeen } from "../../../src/plan/node/seen.ts";
import { known, subject, unread } from "../preflight/facts.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { everyFault, type Fault } from "./simulated-server.ts";
import { goal, lease, myRun, node, now, pod, world } from "./world.ts";

const names = ["node-01", "node-02", "node-03"];
const window = 120_000;
const place = (group: string, resource: string, kind: string) => ({ group, version: "v1", resource, kind });
const places = {
  daemonSets: place("apps", "daemonsets", "DaemonSet"),
  nodes: place("", "nodes", "Node"),
  pods: place("", "pods", "Pod"),
};

const around = {
  bgp: true,
  restartTime: known(undefined),
  mesh: known(true),
  serverVersion: "v1.36.4",
  loadBalancers: known([]),
  oldData: () => known("none" as const),
};

/** The rules of a restart themselves. */
const guarded =
  (ignored: readonly string[] = [], surroundings: Parameters<typeof findingsFor>[1] = around) =>
  (...[live, name, at]: Parameters<NodeGoal["guard"]>) =>
    refusal(findingsFor(live, surroundings, subject({ node: name }), at), new Set(ignored));

interface Reported {
  readonly result: Ended<NodesSeen>;
  /** Nodes in the order of their restarts, with how long the deleted container had run. */
  readonly restarted: readonly (readonly [node: string, age: number])[];
  readonly waits: readonly string[];
}

async function restartAll(
  cluster: SimulatedCluster,
  change: Partial<NodeGoal> = {},
  dryRun: DryRunStrategy = "none",
  interrupt: (wait: Wait) => boolean = () => false,
  faults: ReadonlyMap<number, Fault> = new Map(),
): Promise<Reported> {
  cluster.killed = false;
  const first = new AbortController();
  const restarted: [string, number][] = [];
  const waits: string[] = [];
  const wanted = goal({
    nodes: names,
    restart: true,
    holder: "a",
    settle: 0,
    guard: guarded(),
    ...change,
  });
  const result = await run(nodeProcedure(wanted, places), cluster, {
    dryRun,
    now: () => cluster.now,
    send: (write, dry) =>
      dry ? Promise.resolve(undefined) : cluster.send(write, faults.get(cluster.writes + 1)),
    interrupt: { first: first.signal, second: new AbortController().signal },
    emit(event) {
      if (event.kind === "waiting" && event.wait.passes === true) {
        waits.push(`${event.wait.node}: ${event.wait.for}`);
        if (interrupt(event.wait)) first.abort();
      }
      if (event.kind !== "performed" || event.step.kind !== "delete-pod") return;
      const started = event.step.pod.containers[0]?.startedAt ?? 0;
      restarted.push([event.step.node.name, cluster.now - started]);
    },
  });
  return { result, restarted, waits: [...new Set(waits)] };
}

const cluster = (age: Readonly<Record<string, number>>) =>
  new SimulatedCluster({ nodes: names, cordoned: [], strategy: { type: "OnDelete" }, age });

test("a node that restarted a moment ago is restarted later, and the others do not wait for it", async () => {
  const { result, restarted, waits } = await restartAll(cluster({ "node-01": 30_000 }));
  expect(result).toMatchObject({ kind: "done", interrupted: false });
  expect(restarted.map(([name]) => name)).toEqual(["node-02", "node-03", "node-01"]);
  expect(restarted[2]?.[1]).toBeGreaterThanOrEqual(window);
  // By then 4 s more have passed.
  expect(waits).toEqual([
    "node-01: BGP peers to finish the last graceful restart of calico-node: 86s (H17; --ignore-preflight-errors=H17 skips this)",
  ]);
});

test("where every node has just restarted, one line says how long the run waits for the first of them", async () => {
  const { result, restarted, waits } = await restartAll(
    cluster({ "node-01": 10_000, "node-02": 90_000, "node-03": 60_000 }),
  );
  expect(result).toMatchObject({ kind: "done" });
  expect(restarted.map(([name]) => name)).toEqual(["node-02", "node-03", "node-01"]);
  expect(waits[0]).toBe(
    "node-02: BGP peers to finish the last graceful restart of calico-node: 30s (H17, and so do 2 more nodes; --ignore-preflight-errors=H17 skips this)",
  );
  expect(waits).toHaveLength(3);
});

test("whatever ages the containers have: each node is restarted once, after its time, one at a time", async () => {
  const ages = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(ages, fc.boolean(), async (seconds, noCordon) => {
      const simulated = cluster(
        Object.fromEntries(names.map((name, index) => [name, (seconds[index] ?? 0) * 1_000])),
      );
      const { result, restarted } = await restartAll(simulated, { noCordon });
      expect(result).toMatchObject({ kind: "done" });
      expect(restarted.map(([name]) => name).toSorted()).toEqual(names);
      for (const [, age] of restarted) expect(age).toBeGreaterThanOrEqual(window);
      expect(simulated.mostDown).toBeLessThanOrEqual(1);
      expect(simulated.annotations).toEqual({});
      expect(names.filter((name) => simulated.cordoned(name))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each(everyFault)(
  "every write hit by '%s' while nodes wait: no restart comes too early, and the same command again finishes the job",
  async (fault) => {
    const ages = { "node-01": 100_000, "node-02": 110_000 };
    const clean = cluster(ages);
    await restartAll(clean);
    for (let index = 1; index <= clean.writes; index += 1) {
      const simulated = cluster(ages);
      const first = await restartAll(simulated, {}, "none", undefined, new Map([[index, fault]]));
      const { killed } = simulated;
      if (killed) simulated.advance(61_000);
      const again =
        killed || first.result.kind === "stopped"
          ? await restartAll(simulated, { holder: "b" })
          : { result: first.result, restarted: [] };
      expect(again.result, `write ${index}`).toMatchObject({ kind: "done" });
      for (const [name, age] of [...first.restarted, ...again.restarted])
        expect(age, `write ${index}: ${name}`).toBeGreaterThanOrEqual(window);
      expect(simulated.mostDown).toBeLessThanOrEqual(1);
      expect(simulated.annotations).toEqual({});
      expect(names.filter((name) => simulated.cordoned(name) || simulated.lease(name))).toEqual([]);
    }
  },
);

test("a dry run says what it would wait for, waits for nothing, and shows every node's restart", async () => {
  const simulated = cluster({ "node-01": 30_000, "node-02": 30_000, "node-03": 30_000 });
  const before = simulated.now;
  for (const dryRun of ["client", "server"] as const) {
    const { result, restarted, waits } = await restartAll(simulated, { settle: 0 }, dryRun);
    expect(result).toMatchObject({ kind: "done" });
    expect(restarted.map(([name]) => name)).toEqual(names);
    expect(waits[0]).toContain(": 90s (H17, and so do 2 more nodes;");
    expect(simulated.now).toBe(before);
  }
});

test("Ctrl-C while the run waits ends it at once, with nothing cordoned and no lease held", async () => {
  const simulated = cluster({ "node-01": 30_000, "node-02": 30_000, "node-03": 30_000 });
  const before = simulated.now;
  const { result, restarted } = await restartAll(simulated, {}, "none", () => true);
  expect(result).toMatchObject({ kind: "stopped", interrupted: true, reason: { interrupted: true } });
  expect(restarted).toEqual([]);
  expect(simulated.now - before).toBeLessThan(3_000);
  expect(names.filter((name) => simulated.cordoned(name))).toEqual([]);
  expect(simulated.annotations["calico-upgrade/run"]).not.toContain("holder");
});

test("who waits is at work: the run's lease is taken before and renewed while it lasts", async () => {
  const simulated = cluster({ "node-01": 10_000, "node-02": 10_000, "node-03": 10_000 });
  await restartAll(simulated);
  expect(simulated.log[0]).toBe("patch daemonsets/calico-node");
  const before = simulated.log.indexOf("patch nodes/node-01");
  expect(simulated.log.slice(0, before).length).toBeGreaterThanOrEqual(3);
});

test("--timeout is for a node's restart, and not for what its peers need before it", async () => {
  const { result } = await restartAll(cluster({ "node-01": 10_000 }), {
    nodes: ["node-01"],
    timeout: 20_000,
  });
  expect(result).toMatchObject({ kind: "done" });
});

describe("--restart of a node whose new calico-node does not start", () => {
  const resumed = (of: Parameters<typeof pod>[1], more: Parameters<typeof lease>[0] = {}) =>
    world({
      run: myRun(),
      nodes: [node("node-01", { cordoned: true, cordonedAt: now - 5_000, lease: lease(more) })],
      pods: [pod("node-01", { uid: "new", revision: 2, ready: false, created: now - 10_000, ...of })],
    });
  const crashing = { waiting: { reason: "CrashLoopBackOff" }, restarts: 3 };
  const decide = (w: ReturnType<typeof world>, restart: boolean, seen: NodesSeen = nothingSeen) => {
    const g = goal({ restart, guard: guarded() });
    return nextNodeStep(w, look(seen, w, g, now), g, now);
  };

  test("an interrupted run that is continued with it replaces the pod, and H17 is not in its way", () => {
    const w = resumed(crashing);
    expect(decide(w, true)).toMatchObject({ step: { kind: "take-lease", lease: { replaces: "new" } } });
    expect(decide(resumed(crashing, { replaces: "new" }), true)).toMatchObject({
      step: { kind: "delete-pod", pod: { uid: "new" } },
    });
    expect(decide(w, false)).toMatchObject({ kind: "wait", phase: "ready" });
  });

  test("a pod that may only be starting gets its minute", () => {
    const starting = { waiting: { reason: "ContainerCreating" } };
    expect(decide(resumed(starting), true)).toMatchObject({ kind: "wait", phase: "ready" });
    expect(decide(resumed({ ...starting, created: now - 60_000 }), true)).toMatchObject({
      step: { kind: "take-lease" },
    });
  });

  test("what came back Ready was restarted, and is not restarted once more", () => {
    expect(decide(resumed({ ready: true, readySince: now - 60_000 }), true)).toMatchObject({
      step: { kind: "uncordon" },
    });
  });

  test("the process that deleted the pod itself does not delete its replacement", () => {
    const memory = { began: now, cordoned: true, uids: [], deleted: { uid: "pod-node-01", at: now } };
    expect(decide(resumed(crashing), true, { ...nothingSeen, nodes: { "node-01": memory } })).toMatchObject({
      kind: "wait",
      phase: "ready",
    });
  });
});

describe("what comes next", () => {
  const held = (change: Partial<NodeGoal> = {}) => goal({ nodes: names, guard: guarded(), ...change });
  const decide = (w: ReturnType<typeof world>, g = held(), seen: NodesSeen = nothingSeen, at = now) =>
    nextNodeStep(w, look(seen, w, g, at), g, at);
  const young = { created: now - 32_000, startedAt: now - 30_000 };
  const pods = (first: Parameters<typeof pod>[1] = young) => [
    pod("node-01", first),
    pod("node-02"),
    pod("node-03"),
  ];

  test("what time does not mend is refused, also where time is missing as well", () => {
    const [one, , three] = pods();
    const unready = pod("node-02", { ready: false });
    const w = world({
      run: myRun(),
      pods: [one, unready, three].filter((each) => each !== undefined),
    });
    expect(decide(w, held({ nodes: ["node-01"] }))).toMatchObject({ kind: "stop", reason: { id: "H18" } });
  });

  test("a restart time that cannot be read is nothing to wait for", () => {
    const guard = guarded([], { ...around, restartTime: unread });
    expect(decide(world({ run: myRun() }), held({ guard }))).toMatchObject({
      kind: "stop",
      reason: { id: "H17", message: expect.stringContaining("not known") as string },
    });
  });

  test("--force and --ignore-preflight-errors=H17 wait for nobody", () => {
    expect(decide(world({ run: myRun(), pods: pods() }), held({ guard: guarded(["H17"]) }))).toMatchObject({
      step: { kind: "cordon", node: { name: "node-01" } },
    });
  });

  test("a node that this run has cordoned is done before the run turns to another", () => {
    const w = world({
      run: myRun(),
      nodes: [node("node-01"), node("node-02", { cordoned: true, lease: lease() }), node("node-03")],
      pods: [
        pod("node-01"),
        pod("node-02", { uid: "new", revision: 2, ready: false, created: now - 1_000 }),
        pod("node-03"),
      ],
    });
    expect(decide(w)).toMatchObject({ kind: "wait", node: "node-02", phase: "ready" });
  });

  test("what an interrupted run deleted is waited for before another node is judged by it", () => {
    const w = world({
      run: myRun(),
      nodes: [
        node("node-01"),
        node("node-02"),
        node("node-03", { cordoned: true, lease: lease({ holder: "bob@desk/1", replaces: "pod-node-03" }) }),
      ],
      pods: [
        pod("node-01"),
        pod("node-02"),
        pod("node-03", { uid: "new", revision: 2, ready: false, created: now - 1_000 }),
      ],
    });
    expect(guarded()(w, "node-01", now, nothingSeen)).toMatchObject({ id: "H18" });
    expect(decide(w)).toMatchObject({ step: { kind: "take-lease", node: { name: "node-03" } } });
  });

  test("what an earlier run has cordoned and not restarted waits as well, and another node comes first", () => {
    const w = world({
      run: myRun(),
      nodes: [
        node("node-01", { cordoned: true, lease: lease({ holder: "bob@desk/1" }) }),
        node("node-02"),
        node("node-03"),
      ],
      pods: pods(),
    });
    expect(decide(w)).toMatchObject({ step: { kind: "cordon", node: { name: "node-02" } } });
    expect(decide(w, held({ nodes: ["node-01"] }))).toMatchObject({ kind: "wait", passes: true });
    const later = world({
      run: myRun({ renewed: now + 89_000 }),
      nodes: [...w.nodes.values()],
      pods: pods(),
    });
    expect(decide(later, held({ nodes: ["node-01"] }), nothingSeen, now + 90_000)).toMatchObject({
      step: { kind: "take-lease" },
    });
  });

  test("a node that is refused is no reason not to wait for the one before it", () => {
    const guard: NodeGoal["guard"] = (live, name, at, seen) =>
      name === "node-02" ? { id: "H18", message: "not now" } : guarded()(live, name, at, seen);
    const w = world({ run: myRun(), pods: pods() });
    expect(decide(w, held({ guard }))).toMatchObject({ step: { kind: "cordon", node: { name: "node-03" } } });
    expect(decide(w, held({ guard, nodes: ["node-01", "node-02"] }))).toMatchObject({
      kind: "wait",
      node: "node-01",
      passes: true,
    });
  });

  test("the words stay the same while it lasts, so that they are told once", () => {
    const w = world({ run: myRun(), pods: pods() });
    const g = held({ nodes: ["node-01"] });
    const first = look(nothingSeen, w, g, now);
    const later = look(first, w, g, now + 10_000);
    const told = [first, later].map((seen, index) => nextNodeStep(w, seen, g, now + index * 10_000));
    expect(told[0]).toMatchObject({ kind: "wait", for: expect.stringContaining(": 90s (H17") as string });
    expect(told[1]).toMatchObject({ kind: "wait", for: (told[0] as Wait).for });
  });
});
