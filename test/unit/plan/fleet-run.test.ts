/** A run over many nodes in a simulated cluster: never more down than allowed, and nothing is begun after trouble. */
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { connectionError } from "../../../src/errors.ts";
import { fleetOf } from "../../../src/operations/node/fleet.ts";
import { nodesLeft } from "../../../src/operations/node/remaining.ts";
import { run } from "../../../src/perform/run.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { plainPace, type Pace, type NodeSelection } from "../../../src/plan/fleet/pace.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { NodesSeen } from "../../../src/plan/node/seen.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { everyFault, type Fault } from "./simulated-server.ts";
import { goal, now } from "./world.ts";

const names = Array.from({ length: 8 }, (_, index) => `node-${index + 1}`);
const place = (group: string, resource: string, kind: string) => ({ group, version: "v1", resource, kind });
const places = {
  daemonSets: place("apps", "daemonsets", "DaemonSet"),
  nodes: place("", "nodes", "Node"),
  pods: place("", "pods", "Pod"),
};

interface Options {
  readonly holder?: string;
  readonly pace?: Partial<Pace>;
  readonly selection?: NodeSelection;
  readonly faults?: ReadonlyMap<number, Fault>;
  readonly settle?: number;
  /** Called before each write, with how many there were. */
  readonly meanwhile?: (writes: number) => void;
}

interface Reported {
  readonly result: Ended<NodesSeen>;
  /** Nodes in the order in which the run cordoned them. */
  readonly begun: readonly string[];
}

/** What `node --all` does: it looks which nodes are left, and goes on until they are done or it has to stop. */
async function all(cluster: SimulatedCluster, options: Options = {}): Promise<Reported> {
  cluster.killed = false;
  const world = cluster.snapshot();
  const { selection = { exclude: [] }, settle = 0 } = options;
  const pace = { ...plainPace, order: "name" as const, ...options.pace };
  const { nodes } = nodesLeft(world, undefined, { selection });
  const request = {
    nodes,
    selection,
    pace,
    restart: false,
    noCordon: false,
    settle,
    timeout: 300_000,
    takeOver: false,
    ignored: new Set<string>(),
    templateOnly: false,
  };
  const fleet = fleetOf(request, world, undefined, { usual: settle, dryRun: false });
  const begun: string[] = [];
  const wanted = goal({ nodes: fleet.nodes, fleet: fleet.goal, holder: options.holder ?? "a", settle });
  const result = await run(nodeProcedure(wanted, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => {
      options.meanwhile?.(cluster.writes);
      return cluster.send(write, options.faults?.get(cluster.writes + 1));
    },
    interrupt: { first: new AbortController().signal, second: new AbortController().signal },
    emit(event) {
      if (event.kind === "performed" && event.step.kind === "cordon") begun.push(event.step.node.name);
    },
  });
  return { result, begun };
}

function outdated(): SimulatedCluster {
  const cluster = new SimulatedCluster({ nodes: names, cordoned: [], strategy: { type: "OnDelete" } });
  cluster.newTemplate();
  return cluster;
}

function converged(cluster: SimulatedCluster): void {
  const there = cluster.nodeNames;
  expect(there.map((name) => cluster.generationOf(name))).toEqual(there.map(() => 2));
  expect(there.filter((name) => cluster.cordoned(name) || cluster.lease(name) !== undefined)).toEqual([]);
  expect(cluster.annotations).toEqual({});
}

describe("several nodes at once", () => {
  test("never more than allowed are down, and as many as allowed are worked on", async () => {
    for (const nodes of [1, 2, 3, 5]) {
      const cluster = outdated();
      const { result, begun } = await all(cluster, { pace: { maxUnavailable: { nodes } } });
      expect(result).toMatchObject({ kind: "done" });
      expect(begun).toEqual(names);
      expect(cluster.mostDown).toBe(nodes);
      converged(cluster);
    }
  });

  test("whatever writes fail, and whenever a process is killed: never more are down, and the same command converges", async () => {
    const faulty = fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 40 }), fault: fc.constantFrom(...everyFault) }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(faulty, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (processes, nodes) => {
          const cluster = outdated();
          const pace = { maxUnavailable: { nodes } };
          for (const [index, faults] of processes.entries()) {
            const at = new Map(faults.map((each) => [cluster.writes + each.at, each.fault]));
            await all(cluster, { holder: `process-${index}`, pace, faults: at });
            expect(cluster.mostDown).toBeLessThanOrEqual(nodes);
            cluster.advance(61_000);
          }
          const last = await all(cluster, { holder: "last", pace });
          expect(last.result).toMatchObject({ kind: "done" });
          expect(cluster.mostDown).toBeLessThanOrEqual(nodes);
          converged(cluster);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("trouble elsewhere", () => {
  test("no node is begun after it, those under way come to their end, and the same command continues", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 3 }),
        async (after, nodes) => {
          const cluster = outdated();
          const pace = { maxUnavailable: { nodes } };
          const world = { at: undefined as number | undefined };
          const victim = "node-8";
          const first = await all(cluster, {
            pace,
            meanwhile(writes) {
              if (writes < after || world.at !== undefined) return;
              world.at = writes;
              cluster.trouble("restart", victim);
            },
          });
          if (first.result.kind === "done") return;
          expect(first.result.reason.message).toContain(victim);
          // The write that the trouble came with may be the cordon of one more.
          const late = cluster.log.slice((world.at ?? 0) + 1);
          const begun = late.filter(
            (line, index) => line.startsWith("patch nodes/") && late.indexOf(line) === index,
          );
          expect(first.begun.length).toBeLessThan(names.length);
          expect(begun.every((line) => first.begun.includes(line.slice("patch nodes/".length)))).toBe(true);
          expect(names.filter((name) => cluster.cordoned(name))).toEqual([]);
          expect(cluster.mostDown).toBeLessThanOrEqual(nodes);
          const again = await all(cluster, { holder: "b", pace });
          expect(again.result).toMatchObject({ kind: "done" });
          converged(cluster);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  test("one silent node takes the room of one of ours; two more than allowed halt the run", async () => {
    const cluster = outdated();
    const halted = await all(cluster, {
      meanwhile(writes) {
        if (writes === 5) for (const name of ["node-7", "node-8"]) cluster.trouble("silent", name);
      },
    });
    expect(halted.result).toMatchObject({
      kind: "stopped",
      reason: {
        message: expect.stringContaining("2 nodes became NotReady during the run (node-7, node-8)") as string,
      },
    });
    cluster.mend();
    expect((await all(cluster, { holder: "b" })).result).toMatchObject({ kind: "done" });
    converged(cluster);
  });

  test("nodes that go are left out, and nodes that come and need it are done last", async () => {
    const cluster = outdated();
    const { result, begun } = await all(cluster, {
      meanwhile(writes) {
        if (writes !== 4) return;
        cluster.trouble("gone", "node-5");
        cluster.join("node-0");
      },
    });
    expect(result).toMatchObject({
      kind: "done",
      memory: { nodes: { "node-5": { outcome: { result: "vanished" } } } },
    });
    expect(begun).toEqual([...names.filter((name) => name !== "node-5"), "node-0"]);
    converged(cluster);
  });

  test("a node that is excluded stays so when it comes back", async () => {
    const cluster = outdated();
    const exclude = [{ kind: "node", name: "node-0" }] as const;
    const { begun } = await all(cluster, {
      selection: { exclude },
      meanwhile(writes) {
        if (writes === 4) cluster.join("node-0");
      },
    });
    expect(begun).toEqual(names);
  });
});

describe("an API server that is away", () => {
  test("ends the run after --api-outage, however few tries that were", async () => {
    const cluster = outdated();
    let away = 0;
    const wanted = goal({ nodes: names });
    const result = await run(nodeProcedure(wanted, places), cluster, {
      dryRun: "none",
      outage: 60_000,
      now: () => cluster.now + away,
      send: (write) => {
        if (cluster.writes < 3) return cluster.send(write);
        away += 40_000;
        return Promise.reject(connectionError("connection refused"));
      },
      interrupt: { first: new AbortController().signal, second: new AbortController().signal },
      emit: () => undefined,
    });
    expect(result).toMatchObject({
      kind: "stopped",
      reason: { message: "the API server has not answered for 80s: connection refused" },
    });
  });
});

describe("time", () => {
  test("no node is begun that would end after --until by what the others took", async () => {
    const cluster = outdated();
    const until = now + 30_000;
    const { result, begun } = await all(cluster, { pace: { until }, settle: 5_000 });
    expect(result).toMatchObject({ kind: "done" });
    expect(begun.length).toBeGreaterThan(1);
    expect(begun.length).toBeLessThan(names.length);
    expect(cluster.now).toBeLessThanOrEqual(until + 1_000);
    expect((await all(cluster, { holder: "b" })).result).toMatchObject({ kind: "done" });
    converged(cluster);
  });

  test("--interval passes between the end of a node and the beginning of the next", async () => {
    const [plain, slow] = [outdated(), outdated()];
    await all(plain);
    await all(slow, { pace: { interval: 60_000 } });
    expect(slow.now - plain.now).toBeGreaterThan(6.9 * 60_000);
    converged(slow);
  });

  test("canaries stay Ready for longer before the others are begun", async () => {
    const [plain, careful] = [outdated(), outdated()];
    await all(plain);
    await all(careful, { pace: { canaries: 1, canarySettle: 60_000 } });
    const more = careful.now - plain.now;
    expect(more).toBeGreaterThanOrEqual(55_000);
    expect(more).toBeLessThan(90_000);
  });

  test("--max-gap ends the run after the node that was down for longer", async () => {
    const cluster = outdated();
    const { result, begun } = await all(cluster, { pace: { maxGap: 500 } });
    expect(result).toMatchObject({
      kind: "stopped",
      reason: { message: expect.stringContaining("--max-gap") as string },
    });
    expect(begun).toEqual(["node-1"]);
    expect(cluster.cordoned("node-1")).toBe(false);
  });
});
