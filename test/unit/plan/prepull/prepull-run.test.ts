import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { run } from "../../../../src/perform/run.ts";
import type { Ended } from "../../../../src/plan/decision.ts";
import type { PrepullGoal } from "../../../../src/plan/prepull/goal.ts";
import { pullPod } from "../../../../src/plan/prepull/pod.ts";
import { prepullProcedure } from "../../../../src/plan/prepull/procedure.ts";
import type { PrepullSeen } from "../../../../src/plan/prepull/seen.ts";
import { commandsFor } from "../commands.ts";
import { everyFault, type Fault } from "../simulated-server.ts";
import { template } from "../world.ts";
import { SimulatedPulls } from "./simulated-pulls.ts";

const names = ["node-01", "node-02", "node-03"];
const places = {
  daemonSets: { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" },
  nodes: { group: "", version: "v1", resource: "nodes", kind: "Node" },
  pods: { group: "", version: "v1", resource: "pods", kind: "Pod" },
};
const never = new AbortController().signal;
const notFound = { reason: "ErrImagePull", message: 'failed to pull "calico/node:v3.2.0": not found' };

interface Options {
  readonly ahead?: number;
  readonly timeout?: number;
  readonly interruptAt?: number;
  readonly takeOver?: boolean;
  readonly keepsLease?: boolean;
  /** Before the write of this number. */
  readonly before?: readonly [number, () => void];
}

/** One process: it works until it is done, stops, or is killed. */
async function one(
  cluster: SimulatedPulls,
  holder: string,
  faults: ReadonlyMap<number, Fault> = new Map(),
  options: Options = {},
): Promise<Ended<PrepullSeen> | "killed"> {
  const { ahead = 2, timeout = 300_000, interruptAt, takeOver = false, keepsLease = false } = options;
  const lease = { run: "ds/2", holder };
  const goal: PrepullGoal = {
    daemonSet: "ds",
    nodes: names.map((node) => ({
      node,
      images: ["calico/node:v3.2.0"],
      pod: pullPod({
        namespace: "kube-system",
        node,
        template: template(2),
        images: [{ image: "calico/node:v3.2.0" }],
        run: lease,
      }),
    })),
    of: 3,
    ahead,
    timeout,
    lease: { holder, run: () => "ds/2", takeOver, nested: false, commands: commandsFor("node") },
    keepsLease,
    untouched: "nothing was changed",
    commands: commandsFor("node"),
  };
  const first = new AbortController();
  cluster.killed = false;
  const result = await run(prepullProcedure(goal, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send(each) {
      if (interruptAt === cluster.writes) first.abort();
      if (options.before?.[0] === cluster.writes + 1) options.before[1]();
      return cluster.send(each, faults.get(cluster.writes + 1));
    },
    interrupt: { first: first.signal, second: never },
    emit: () => {},
  });
  return cluster.killed ? "killed" : result;
}

test("three nodes get the image, two at a time, and neither a pod nor the lease stays", async () => {
  const cluster = new SimulatedPulls(names);
  const result = await one(cluster, "a");
  expect(result).toMatchObject({ kind: "done", memory: { pulled: expect.any(Object) } });
  if (result !== "killed") expect(Object.keys(result.memory.pulled)).toEqual(names);
  expect(cluster.most).toBe(2);
  expect([cluster.pods(), cluster.lease()]).toEqual([[], undefined]);
});

test("a run that goes on keeps its lease: nobody comes between the pulls and the first node", async () => {
  const cluster = new SimulatedPulls(names);
  await one(cluster, "a", new Map(), { keepsLease: true });
  expect(cluster.pods()).toEqual([]);
  expect(cluster.lease()).toContain('"holder":"a"');
});

describe("H13: a process that stood still while another took the run over", () => {
  const taken = JSON.stringify({ run: "ds/2", holder: "b", renewed: "2026-01-01T00:00:00Z" });

  test("makes no pod any more where the other has ended the run, either", async () => {
    const cluster = new SimulatedPulls(names);
    let pods: readonly unknown[] = [];
    const result = await one(cluster, "a", new Map(), {
      ahead: 1,
      before: [
        4,
        () => {
          cluster.now += 5_000;
          cluster.takeLease(undefined);
          pods = cluster.pods();
        },
      ],
    });
    expect(result).toMatchObject({ kind: "stopped", reason: { id: "H13" } });
    expect(pods.length).toBeLessThanOrEqual(1);
    expect([cluster.pods(), cluster.lease()]).toEqual([[], undefined]);
  });

  test("makes no pod any more, although it does not know yet, and leaves none of its own", async () => {
    const cluster = new SimulatedPulls(names);
    let pods = -1;
    const result = await one(cluster, "a", new Map(), {
      ahead: 1,
      before: [
        4,
        () => {
          pods = cluster.pods().length;
          // It has seen nothing of this: what it sees is as old as its lease.
          cluster.now += 5_000;
          cluster.takeLease(taken);
        },
      ],
    });
    expect(result).toMatchObject({ kind: "stopped", reason: { id: "H13" } });
    expect(pods).toBeGreaterThanOrEqual(0);
    expect([cluster.pods(), cluster.lease()]).toEqual([[], taken]);
  });
});

describe("what cannot be pulled stops the run, and nothing of ours stays", () => {
  test("a tag that the registry lacks: at once, with the registry's words and every node that has met it", async () => {
    const cluster = new SimulatedPulls(names);
    for (const name of names) cluster.broken.set(name, notFound);
    const began = cluster.now;
    const result = await one(cluster, "a", new Map(), { ahead: 3 });
    expect(result).toMatchObject({
      kind: "stopped",
      reason: {
        id: "H21",
        message: expect.stringMatching(
          /^images cannot be pulled on 3 of 3 nodes: node-01, node-02, node-03: ErrImagePull .*: not found; nothing was changed$/,
        ),
        hint: expect.stringContaining("--prepull=never"),
      },
    });
    expect(cluster.now - began).toBeLessThan(10_000);
    expect([cluster.pods(), cluster.lease()]).toEqual([[], undefined]);
  });

  test("a registry that is busy is given the kubelet's next tries, and when it answers the run goes on", async () => {
    const cluster = new SimulatedPulls(names);
    cluster.broken.set("node-02", { reason: "ErrImagePull", message: "toomanyrequests: rate limit" });
    const advance = cluster.advance.bind(cluster);
    cluster.advance = (time) => {
      advance(time);
      if (cluster.now - began > 20_000) cluster.broken.clear();
    };
    const began = cluster.now;
    expect(await one(cluster, "a")).toMatchObject({ kind: "done" });
    cluster.advance = advance;
    cluster.broken.set("node-02", { reason: "ErrImagePull", message: "toomanyrequests: rate limit" });
    expect(await one(cluster, "a")).toMatchObject({
      kind: "stopped",
      reason: { message: expect.stringContaining("node-02: ErrImagePull") },
    });
  });

  test("a pull that takes longer than --timeout", async () => {
    const cluster = new SimulatedPulls(names);
    cluster.broken.set("node-03", { reason: "ContainerCreating", message: "" });
    expect(await one(cluster, "a", new Map(), { timeout: 60_000 })).toMatchObject({
      kind: "stopped",
      reason: {
        message: expect.stringContaining("node-03: still pulling after 60s"),
        hint: expect.stringContaining("--timeout"),
      },
    });
    expect([cluster.pods(), cluster.lease()]).toEqual([[], undefined]);
  });

  test("what was BackOff last is told with the words that came before it", async () => {
    const cluster = new SimulatedPulls(names);
    cluster.broken.set("node-01", { reason: "ErrImagePull", message: "x509: certificate has expired" });
    const advance = cluster.advance.bind(cluster);
    cluster.advance = (time) => {
      advance(time);
      if (cluster.pods().length > 0 && cluster.now - began > 5_000)
        cluster.broken.set("node-01", { reason: "ImagePullBackOff", message: "Back-off pulling image" });
    };
    const began = cluster.now;
    expect(await one(cluster, "a")).toMatchObject({ reason: { message: expect.stringContaining("x509") } });
  });
});

test("a node that goes away, and a pod that somebody deletes, do not hold the others up", async () => {
  const cluster = new SimulatedPulls(names);
  cluster.gone.add("node-02");
  const advance = cluster.advance.bind(cluster);
  let lost = false;
  cluster.advance = (time) => {
    advance(time);
    const [pod] = cluster.pods();
    if (lost || pod === undefined) return;
    lost = true;
    cluster.lose(pod.metadata.name);
  };
  const result = await one(cluster, "a");
  expect(result).toMatchObject({ kind: "done", memory: { gone: ["node-02"] } });
  expect(cluster.pods()).toEqual([]);
});

test("H13: while another process pulls, this one says who, and leaves its pods alone", async () => {
  const cluster = new SimulatedPulls(names);
  expect(await one(cluster, "a", new Map([[3, "kill after"]]))).toBe("killed");
  const pods = cluster.pods().length;
  expect(pods).toBeGreaterThan(0);
  expect(await one(cluster, "b")).toMatchObject({ kind: "stopped", reason: { id: "H13" } });
  expect(cluster.pods()).toHaveLength(pods);
});

test.each(everyFault)(
  "every write hit by '%s': the same command again ends it, and no pod is left",
  async (fault) => {
    const clean = new SimulatedPulls(names);
    await one(clean, "a");
    for (let index = 1; index <= clean.writes; index += 1) {
      const cluster = new SimulatedPulls(names);
      const result = await one(cluster, "a", new Map([[index, fault]]));
      expect(cluster.most).toBeLessThanOrEqual(2);
      if (result === "killed" || result.kind === "stopped") {
        cluster.advance(61_000);
        expect(await one(cluster, "b"), `write ${index}`).toMatchObject({ kind: "done" });
      }
      expect([cluster.pods(), cluster.lease()], `write ${index}`).toEqual([[], undefined]);
    }
  },
);

test("Ctrl-C at every write: no pod and no lease of ours stays, and the next command works at once", async () => {
  const clean = new SimulatedPulls(names);
  await one(clean, "a");
  for (let index = 0; index < clean.writes; index += 1) {
    const cluster = new SimulatedPulls(names);
    const result = await one(cluster, "a", new Map(), { interruptAt: index });
    expect(result).toMatchObject({ interrupted: true });
    expect([cluster.pods(), cluster.lease()], `write ${index}`).toEqual([[], undefined]);
    expect(await one(cluster, "b")).toMatchObject({ kind: "done" });
  }
});

test("any sequence of crashes and faults converges, and leaves nothing", async () => {
  const faulty = fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 12 }), fault: fc.constantFrom(...everyFault) }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(faulty, { maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (processes, ahead) => {
        const cluster = new SimulatedPulls(names);
        for (const [index, faults] of processes.entries()) {
          const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
          await one(cluster, `process-${index}`, at, { ahead });
          cluster.advance(61_000);
        }
        expect(await one(cluster, "last", new Map(), { ahead })).toMatchObject({ kind: "done" });
        expect([cluster.pods(), cluster.lease()]).toEqual([[], undefined]);
      },
    ),
    { numRuns: 150 },
  );
});
