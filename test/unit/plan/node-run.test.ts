import { expect, test } from "vitest";
import * as fc from "fast-check";
import type { Strategy } from "../../../src/model/daemonset.ts";
import { parseNodeRecord } from "../../../src/model/node-record.ts";
import type { Write } from "../../../src/model/write.ts";
import { run } from "../../../src/perform/run.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import type { TemplateGoal } from "../../../src/plan/node/goal.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { NodesSeen } from "../../../src/plan/node/seen.ts";
import type { NodeStep } from "../../../src/plan/node/step.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { everyFault, type Fault } from "./simulated-server.ts";
import { goal } from "./world.ts";

const names = ["node-01", "node-02", "node-03"];
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const daemonSets = { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" };
const places = {
  daemonSets,
  nodes: { group: "", version: "v1", resource: "nodes", kind: "Node" },
  pods: { group: "", version: "v1", resource: "pods", kind: "Pod" },
};
const never = new AbortController().signal;

/** One process: it works until it is done, stops, or is killed. */
async function one(
  cluster: SimulatedCluster,
  holder: string,
  faults: ReadonlyMap<number, Fault>,
  options: {
    nodes: readonly string[];
    file: boolean;
    interruptAt?: number;
    takeOver?: boolean;
    onStep?: (step: NodeStep) => void;
  },
): Promise<Ended<NodesSeen> | "killed"> {
  const ref = { ...daemonSets, namespace: "kube-system", name: "calico-node" };
  const write = (body: unknown): Write => ({
    verb: "patch",
    ref,
    patch: "merge",
    body,
    fieldManager: "kubectl-client-side-apply",
  });
  const template: TemplateGoal = {
    strategy: rolling,
    reconcile: (live, pinned) => {
      const spec = live["spec"] as { template: { spec: { containers: { image: string }[] } } };
      const same = spec.template.spec.containers[0]?.image === "calico/node:v3.2.0";
      if (same) return { writes: [], template: false };
      const strategy = pinned ? {} : { updateStrategy: rolling };
      return {
        template: true,
        writes: [
          write({
            metadata: { resourceVersion: live.metadata.resourceVersion },
            spec: { ...strategy, template: cluster.templateChange() },
          }),
        ],
      };
    },
  };
  const first = new AbortController();
  const wanted = goal({
    nodes: options.nodes,
    holder,
    takeOver: options.takeOver ?? false,
    ...(options.file ? { template } : {}),
    restoreStrategy: (live, strategy: Strategy) => [
      write({
        metadata: {
          resourceVersion: live.metadata.resourceVersion,
          annotations: { "calico-upgrade/pinned-strategy": null },
        },
        spec: { updateStrategy: strategy },
      }),
    ],
  });
  cluster.killed = false;
  const result = await run(nodeProcedure(wanted, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (each) => {
      if (options.interruptAt === cluster.writes) first.abort();
      return cluster.send(each, faults.get(cluster.writes + 1));
    },
    interrupt: { first: first.signal, second: never },
    emit: (event) => {
      if (event.kind === "performed") options.onStep?.(event.step);
    },
  });
  return cluster.killed ? "killed" : result;
}

function fresh(cordoned: readonly string[] = [], strategy: unknown = rolling): SimulatedCluster {
  return new SimulatedCluster({ nodes: names, cordoned, strategy });
}

test("three nodes one after the other, the strategy back in the end, nothing of ours left behind", async () => {
  const cluster = fresh();
  const result = await one(cluster, "a", new Map(), { nodes: names, file: true });
  expect(result).toMatchObject({ kind: "done" });
  expect(names.map((name) => cluster.generationOf(name))).toEqual([2, 2, 2]);
  expect(cluster.mostDown).toBe(1);
  expect(cluster.strategy).toEqual(rolling);
  expect(cluster.annotations).toEqual({});
  expect(names.map((name) => [cluster.cordoned(name), cluster.lease(name)])).toEqual(
    names.map(() => [false, undefined]),
  );
});

test("report: every node keeps who brought it from which revision to which, and how long that took", async () => {
  const cluster = fresh(["node-02"]);
  await one(cluster, "a", new Map(), { nodes: names, file: true });
  for (const name of names) {
    const record = parseNodeRecord(cluster.record(name));
    expect(record, name).toMatchObject({ run: "ds/2", from: 1, by: "a", bound: "at most" });
    if (record === undefined || record === "unreadable") throw new Error(name);
    const { began, deleted = 0, ready = 0, ended, notReady = 0, kept } = record;
    expect(kept).toBe(name === "node-02" ? "was-cordoned" : undefined);
    expect([began, deleted, ready, ended]).toEqual([began, deleted, ready, ended].toSorted((a, b) => a - b));
    expect(ready - deleted).toBe(notReady);
    expect(notReady).toBeGreaterThan(0);
  }
});

test("H12: one node of three leaves the other two alone and the DaemonSet pinned", async () => {
  const cluster = fresh();
  await one(cluster, "a", new Map(), { nodes: ["node-01"], file: true });
  expect(names.map((name) => cluster.generationOf(name))).toEqual([2, 1, 1]);
  expect(cluster.strategy).toEqual({ type: "OnDelete" });
  expect(cluster.annotations).toEqual({
    "calico-upgrade/pinned-strategy": JSON.stringify(rolling),
    "calico-upgrade/run": JSON.stringify({ run: "ds/2" }),
  });
});

test("a lost answer is no lost change: every step that was done is told, once", async () => {
  const told = async (cluster: SimulatedCluster, faults: ReadonlyMap<number, Fault>) => {
    const steps: string[] = [];
    const onStep = (step: NodeStep): void => {
      if (step.kind === "renew") return;
      const about = "node" in step ? ` ${step.node.name}` : step.kind === "claim" && step.pin ? " pin" : "";
      steps.push(`${step.kind}${about}`);
    };
    expect(await one(cluster, "a", faults, { nodes: names, file: true, onStep })).toMatchObject({
      kind: "done",
    });
    return steps;
  };
  const clean = fresh(["node-02"]);
  const whole = await told(clean, new Map());
  for (let index = 1; index <= clean.writes; index += 1) {
    const steps = await told(fresh(["node-02"]), new Map([[index, "reset after"]]));
    // Who has let go of its lease asks no more.
    const expected = index === clean.writes ? whole.slice(0, -1) : whole;
    expect(steps, `write ${String(index)}: ${whole[index - 1] ?? ""}`).toEqual(expected);
  }
});

/** What must hold after every process, however it ended. */
function holds(cluster: SimulatedCluster, cordonedBefore: readonly string[]): void {
  for (const name of names) {
    // (a) what the user had cordoned stays cordoned; (b) what we cordoned is uncordoned or under our lease
    if (cordonedBefore.includes(name)) expect(cluster.cordoned(name)).toBe(true);
    else if (cluster.cordoned(name)) expect(cluster.lease(name)).toBeDefined();
  }
  // (d) never more than one pod down
  expect(cluster.mostDown).toBeLessThanOrEqual(1);
}

test.each(everyFault)(
  "every write hit by '%s': the invariants hold, and the same command again finishes the job",
  async (fault) => {
    for (const cordoned of [[], ["node-02"]]) {
      const clean = fresh(cordoned);
      await one(clean, "a", new Map(), { nodes: names, file: true });
      for (let index = 1; index <= clean.writes; index += 1) {
        const cluster = fresh(cordoned);
        const result = await one(cluster, "a", new Map([[index, fault]]), { nodes: names, file: true });
        holds(cluster, cordoned);
        if (result === "killed") cluster.advance(61_000);
        if (result === "killed" || result.kind === "stopped") {
          const again = await one(cluster, "b", new Map(), { nodes: names, file: true });
          expect(again, `write ${index}`).toMatchObject({ kind: "done" });
        }
        holds(cluster, cordoned);
        expect(
          names.map((name) => cluster.generationOf(name)),
          `write ${index}`,
        ).toEqual([2, 2, 2]);
        expect(cluster.strategy).toEqual(rolling);
        expect(cluster.annotations).toEqual({});
        for (const name of names) {
          expect(cluster.lease(name), `write ${index}`).toBeUndefined();
          expect(parseNodeRecord(cluster.record(name)), `write ${index}`).toMatchObject({
            run: "ds/2",
            from: 1,
          });
        }
      }
    }
  },
);

test("Ctrl-C at every write: the invariants hold, and the next command goes on at once", async () => {
  const clean = fresh();
  await one(clean, "a", new Map(), { nodes: names, file: true });
  for (let index = 0; index < clean.writes; index += 1) {
    const cluster = fresh();
    const result = await one(cluster, "a", new Map(), { nodes: names, file: true, interruptAt: index });
    holds(cluster, []);
    expect(result).not.toBe("killed");
    const again = await one(cluster, "b", new Map(), { nodes: names, file: true });
    expect(again, `write ${index}`).toMatchObject({ kind: "done" });
    expect(names.map((name) => cluster.generationOf(name))).toEqual([2, 2, 2]);
    expect(names.map((name) => cluster.cordoned(name))).toEqual([false, false, false]);
  }
});

test("any sequence of crashes and faults converges without breaking an invariant", async () => {
  const faulty = fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 25 }), fault: fc.constantFrom(...everyFault) }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(faulty, { maxLength: 4 }), fc.subarray(names), async (processes, cordoned) => {
      const cluster = fresh(cordoned);
      for (const [index, faults] of processes.entries()) {
        const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
        const result = await one(cluster, `process-${index}`, at, { nodes: names, file: true });
        holds(cluster, cordoned);
        // Nor does a process give up its lease that the server refuses to let it write.
        const held = cluster.annotations["calico-upgrade/run"]?.includes("holder") === true;
        if (result === "killed" || held) cluster.advance(61_000);
      }
      expect(await one(cluster, "last", new Map(), { nodes: names, file: true })).toMatchObject({
        kind: "done",
      });
      holds(cluster, cordoned);
      expect(names.map((name) => cluster.generationOf(name))).toEqual([2, 2, 2]);
      expect(cluster.annotations).toEqual({});
    }),
    { numRuns: 150 },
  );
}, 30_000);
