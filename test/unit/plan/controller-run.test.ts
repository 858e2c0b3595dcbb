import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import type { KubeObject } from "../../../src/model/kube.ts";
import { formatRunLease } from "../../../src/model/lease.ts";
import { leaseRenewal } from "../../../src/plan/lease/held.ts";
import { controllerRun } from "../../../src/plan/lease/run-names.ts";
import { restartAnnotation } from "../../../src/model/names.ts";
import type { Write } from "../../../src/model/write.ts";
import { run } from "../../../src/perform/run.ts";
import { commandsFor } from "./commands.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import type { ControllerGoal, TargetWorkload } from "../../../src/plan/controller/goal.ts";
import { gapOf } from "../../../src/plan/controller/measure.ts";
import { controllerProcedure } from "../../../src/plan/controller/procedure.ts";
import type { ControllerSeen } from "../../../src/plan/controller/seen.ts";
import type { ControllerStep } from "../../../src/plan/controller/step.ts";
import { isLeaseStep } from "../../../src/plan/lease/step.ts";
import { SimulatedControllers, type Timing } from "./simulated-controllers.ts";
import { everyFault, type Fault } from "./simulated-server.ts";

const places = {
  deployments: { group: "apps", version: "v1", resource: "deployments", kind: "Deployment" },
  replicaSets: { group: "apps", version: "v1", resource: "replicasets", kind: "ReplicaSet" },
  daemonSets: { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet" },
};
const never = new AbortController().signal;
const old = "calico/kube-policy-controller:v0.5.4";
const fresh = "quay.io/calico/kube-controllers:v1.0.5";

/** The file's workload: this image, this many replicas. */
function target(
  kind: "Deployment" | "ReplicaSet",
  name: string,
  image = fresh,
  replicas = 1,
): TargetWorkload {
  const place = kind === "Deployment" ? places.deployments : places.replicaSets;
  const ref = { ...place, namespace: "kube-system", name };
  const spec = { replicas, template: { spec: { containers: [{ name, image }] } } };
  return {
    kind,
    name,
    namespace: "kube-system",
    stopFirst: kind === "ReplicaSet",
    reconcile(live: KubeObject | undefined): readonly Write[] {
      if (live === undefined) {
        const body = { apiVersion: "apps/v1", kind, metadata: { name, namespace: "kube-system" }, spec };
        return [{ verb: "create", ref, body, fieldManager: "calico-upgrade" }];
      }
      const there = live["spec"] as typeof spec;
      const same = there.replicas === replicas && there.template.spec.containers[0]?.image === image;
      if (same) return [];
      const { resourceVersion } = live.metadata;
      const body = { metadata: { resourceVersion }, spec };
      return [{ verb: "patch", ref, patch: "strategic", body, fieldManager: "kubectl-client-side-apply" }];
    },
  };
}

interface Case {
  readonly name: string;
  readonly cluster: (timing?: Timing) => SimulatedControllers;
  readonly target: TargetWorkload;
  readonly stubs?: readonly TargetWorkload[];
}

const cases: readonly Case[] = [
  {
    name: "pre-2.0: ReplicaSet to Deployment of the same name",
    cluster: (timing) =>
      new SimulatedControllers(
        [{ kind: "ReplicaSet", name: "calico-policy-controller", replicas: 1, image: old }],
        timing,
      ),
    target: target("Deployment", "calico-policy-controller"),
  },
  {
    name: "Deployment to Deployment",
    cluster: (timing) =>
      new SimulatedControllers(
        [{ kind: "Deployment", name: "calico-kube-controllers", replicas: 1, image: old }],
        timing,
      ),
    target: target("Deployment", "calico-kube-controllers"),
  },
  {
    name: "v2.5 to v2.6: another name, and the old one held at no replicas",
    cluster: (timing) =>
      new SimulatedControllers(
        [{ kind: "Deployment", name: "calico-policy-controller", replicas: 1, image: old }],
        timing,
      ),
    target: target("Deployment", "calico-kube-controllers"),
    stubs: [target("Deployment", "calico-policy-controller", fresh, 0)],
  },
  {
    name: "v1.6 to v2.6: a ReplicaSet, and a stub of its name",
    cluster: (timing) =>
      new SimulatedControllers(
        [{ kind: "ReplicaSet", name: "calico-policy-controller", replicas: 1, image: old }],
        timing,
      ),
    target: target("Deployment", "calico-kube-controllers"),
    stubs: [target("Deployment", "calico-policy-controller", fresh, 0)],
  },
  {
    name: "a controller appears",
    cluster: (timing) => new SimulatedControllers([], timing),
    target: target("Deployment", "calico-kube-controllers"),
  },
  {
    name: "ReplicaSet to ReplicaSet",
    cluster: (timing) =>
      new SimulatedControllers(
        [{ kind: "ReplicaSet", name: "calico-policy-controller", replicas: 1, image: old }],
        timing,
      ),
    target: target("ReplicaSet", "calico-policy-controller"),
  },
];

let processes = 0;
const commands = commandsFor("controller -f x.yaml");

function goalOf(
  each: Pick<Case, "target" | "stubs">,
  cluster: Pick<SimulatedControllers, "snapshot" | "lease">,
): ControllerGoal {
  return {
    target: each.target,
    stubs: each.stubs ?? [],
    replaces: cluster
      .snapshot()
      .workloads.filter(({ facts }) => facts.name !== each.target.name || facts.kind !== each.target.kind)
      .map(({ facts }) => facts.uid),
    settle: 2_000,
    timeout: 60_000,
    lease: {
      // A process that was killed has left its lease; one that ended by itself has not.
      takeOver: cluster.lease !== undefined,
      holder: `bob@desk/${String((processes += 1))}`,
      run: ({ uid }) => controllerRun(uid),
      nested: false,
      commands,
    },
    commands,
    back: "kubectl calico-upgrade undo x",
  };
}

/** One process: it works until it is done, stops, or is killed. */
async function one(
  cluster: SimulatedControllers,
  each: Pick<Case, "target" | "stubs">,
  faults: ReadonlyMap<number, Fault> = new Map(),
  interruptAt?: number,
  onStep: (step: ControllerStep) => void = () => {},
): Promise<Ended<ControllerSeen> | "killed"> {
  const first = new AbortController();
  cluster.killed = false;
  const result = await run(controllerProcedure(goalOf(each, cluster), places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => {
      if (interruptAt === cluster.writes) first.abort();
      return cluster.send(write, faults.get(cluster.writes + 1));
    },
    interrupt: { first: first.signal, second: never },
    emit: (event) => {
      if (event.kind === "performed") onStep(event.step);
    },
  });
  return cluster.killed ? "killed" : result;
}

describe.each(cases)("$name", (each) => {
  test("never two controllers, one in the end, and the time without one is told", async () => {
    const cluster = each.cluster();
    const before = cluster.running.length;
    const result = await one(cluster, each);
    expect(result).toMatchObject({ kind: "done", memory: { overlap: { total: 0 } } });
    expect(cluster.running).toEqual([fresh]);
    expect(cluster.mostAtOnce).toBe(1);
    expect(cluster.lease).toBeUndefined();
    if (result === "killed") return;
    const gap = gapOf(result.memory);
    if (before === 0) expect(gap.without).toBeUndefined();
    else {
      // It ends for 700 ms and starts for 300.
      expect(gap.without?.time).toBeGreaterThanOrEqual(1_000);
      expect(gap.without?.time).toBeLessThan(2_000);
    }
  });

  test("again changes nothing", async () => {
    const cluster = each.cluster();
    await one(cluster, each);
    const { writes } = cluster;
    expect(await one(cluster, each)).toMatchObject({ kind: "done" });
    expect(cluster.writes).toBe(writes);
  });

  test.each(everyFault)(
    "every write hit by '%s': never two, and the same command again ends it",
    async (fault) => {
      const clean = each.cluster();
      await one(clean, each);
      for (let index = 1; index <= clean.writes; index += 1) {
        const cluster = each.cluster();
        await one(cluster, each, new Map([[index, fault]]));
        expect(await one(cluster, each), `write ${String(index)}`).toMatchObject({ kind: "done" });
        expect(cluster.running).toEqual([fresh]);
        expect(cluster.mostAtOnce).toBe(1);
      }
    },
  );

  test("a lost answer is no lost change: what was done is said, with the time without a controller", async () => {
    const clean = each.cluster();
    const told = async (cluster: SimulatedControllers, faults?: ReadonlyMap<number, Fault>) => {
      const steps: unknown[] = [];
      const ended = await one(cluster, each, faults, undefined, (step) => {
        if (isLeaseStep(step)) return;
        steps.push(step.kind === "deploy" ? ["deploy", step.target.name, step.exists] : [step.kind]);
      });
      if (ended === "killed") throw new Error("killed");
      return { steps, without: gapOf(ended.memory).without?.time };
    };
    const whole = await told(clean);
    for (let index = 1; index <= clean.writes; index += 1) {
      const { steps, without } = await told(each.cluster(), new Map([[index, "reset after"]]));
      expect(steps, `write ${String(index)}`).toEqual(whole.steps);
      if (whole.without === undefined) expect(without).toBeUndefined();
      // It ends for 700 ms and starts for 300; the time in which nobody answered may count as well.
      else expect(without).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("Ctrl-C at every write: never two, and the next command ends it", async () => {
    const clean = each.cluster();
    await one(clean, each);
    for (let index = 0; index < clean.writes; index += 1) {
      const cluster = each.cluster();
      await one(cluster, each, new Map(), index);
      expect(await one(cluster, each)).toMatchObject({ kind: "done" });
      expect(cluster.mostAtOnce).toBe(1);
      expect(cluster.running).toEqual([fresh]);
    }
  });
});

test("any sequence of crashes and faults, pods that end and start slowly: never two, and it converges", async () => {
  const faulty = fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 5 }), fault: fc.constantFrom(...everyFault) }),
    { maxLength: 3 },
  );
  const timing = fc.record({
    ends: fc.integer({ min: 0, max: 20_000 }),
    starts: fc.integer({ min: 0, max: 5_000 }),
    ready: fc.integer({ min: 0, max: 5_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      timing,
      fc.array(faulty, { maxLength: 3 }),
      async (each, times, processes) => {
        const cluster = each.cluster(times);
        for (const faults of processes) {
          const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
          await one(cluster, each, at);
        }
        expect(await one(cluster, each)).toMatchObject({ kind: "done" });
        expect(cluster.running).toEqual([fresh]);
        expect(cluster.mostAtOnce).toBe(1);
      },
    ),
    { numRuns: 150 },
  );
}, 30_000);

test("H33: Ctrl-C while the new controller settles ends the run at once: nobody waits for what is Ready", async () => {
  const each = cases[1] as Case;
  const cluster = each.cluster();
  const goal = { ...goalOf(each, cluster), settle: 3_600_000 };
  const first = new AbortController();
  const began = cluster.now;
  const ended = await run(controllerProcedure(goal, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => cluster.send(write),
    interrupt: { first: first.signal, second: never },
    emit: (event) => {
      if (event.kind === "waiting" && event.wait.phase === "settle") first.abort();
    },
  });
  expect(ended).toMatchObject({
    kind: "stopped",
    interrupted: true,
    reason: { interrupted: true, hint: commands.again() },
  });
  expect(cluster.lease).toBeUndefined();
  expect(cluster.running).toEqual([fresh]);
  expect(cluster.now - began).toBeLessThan(60_000);
});

test("H24: the old Deployment is at 0 and its pod gone before the new one is made", async () => {
  const each = cases[2] as Case;
  const cluster = each.cluster({ ends: 10_000, starts: 100, ready: 100 });
  await one(cluster, each);
  expect(cluster.log).toEqual([
    "scale Deployment/calico-policy-controller",
    "create calico-kube-controllers",
    "patch Deployment/calico-policy-controller",
  ]);
  expect(cluster.mostAtOnce).toBe(1);
});

test("H24: two controllers that both want a pod are refused before anything is written", async () => {
  const cluster = new SimulatedControllers([
    { kind: "Deployment", name: "calico-policy-controller", replicas: 1, image: old },
    { kind: "Deployment", name: "calico-kube-controllers", replicas: 1, image: old },
  ]);
  const result = await one(cluster, { target: target("Deployment", "calico-kube-controllers") });
  expect(result).toMatchObject({
    kind: "stopped",
    reason: {
      id: "H24",
      message: expect.stringContaining("more than one controller") as string,
      hint: expect.stringContaining(
        "kubectl scale -n kube-system deployment/calico-policy-controller --replicas=0",
      ) as string,
    },
  });
  expect(cluster.writes).toBe(0);
});

test("somebody who turns the old controller on again is not fought: the run stops and says so", async () => {
  const each = cases[2] as Case;
  const cluster = each.cluster({ ends: 3_000, starts: 100, ready: 100 });
  const changed = cluster.changed.bind(cluster);
  cluster.changed = async (until) => {
    cluster.scale("Deployment", "calico-policy-controller", 1);
    await changed(until);
  };
  const result = await one(cluster, each);
  expect(result).toMatchObject({
    kind: "stopped",
    reason: {
      message: expect.stringContaining(
        "scaled Deployment kube-system/calico-policy-controller up again",
      ) as string,
    },
  });
  expect(cluster.workload("Deployment", "calico-kube-controllers")).toBeUndefined();
});

test("a controller that does not become Ready ends the run with the way back", async () => {
  const each = cases[1] as Case;
  const cluster = each.cluster({ ends: 100, starts: 100, ready: 3_600_000 });
  const result = await one(cluster, each);
  expect(result).toMatchObject({
    kind: "stopped",
    reason: {
      message: expect.stringContaining("did not become Ready within 60s") as string,
      hint: expect.stringContaining("to go back: kubectl calico-upgrade undo x") as string,
      pod: { namespace: "kube-system" },
    },
  });
});

test("an old pod that does not end holds the new controller back", async () => {
  const each = cases[0] as Case;
  const cluster = each.cluster({ ends: 3_600_000, starts: 100, ready: 100 });
  const result = await one(cluster, each);
  expect(result).toMatchObject({
    kind: "stopped",
    reason: {
      message: expect.stringContaining("did not end within 60s") as string,
      hint: expect.stringContaining("never force-delete") as string,
    },
  });
  expect(cluster.log).toEqual(["scale ReplicaSet/calico-policy-controller"]);
});

test("a ReplicaSet that a restart stopped carries our mark until it is started again", async () => {
  const cluster = (cases[5] as Case).cluster();
  const each = { target: target("ReplicaSet", "calico-policy-controller") };
  await one(cluster, each, new Map([[3, "kill before" as Fault]]));
  expect(cluster.workload("ReplicaSet", "calico-policy-controller")?.annotations).toHaveProperty([
    restartAnnotation,
  ]);
});

describe("H13: two runs never work on one install at once", () => {
  const each = cases[1] as Case;
  const slow: Timing = { ends: 30_000, starts: 100, ready: 100 };
  const lease =
    (holder: string, age: number, run = "ds/controller") =>
    (cluster: SimulatedControllers) => {
      cluster.leaseText = formatRunLease({ run, holder, renewed: cluster.now - age });
    };

  /** A second process that is started while the first one waits. */
  async function meanwhile(second: (cluster: SimulatedControllers) => Promise<void>) {
    const cluster = each.cluster(slow);
    const changed = cluster.changed.bind(cluster);
    let asked = 0;
    cluster.changed = async (until) => {
      asked += 1;
      if (asked === 20) await second(cluster);
      await changed(until);
    };
    return { cluster, first: await one(cluster, each) };
  }

  const other = { target: target("Deployment", "calico-kube-controllers", "calico/kube-controllers:v3.9.0") };
  const start = (cluster: SimulatedControllers, takeOver: boolean) =>
    run(controllerProcedure(eves(goalOf(other, cluster), takeOver), places), cluster, {
      dryRun: "none",
      now: () => cluster.now,
      send: (write) => cluster.send(write),
      interrupt: { first: never, second: never },
      emit: () => {},
    });

  test("while one works a second one is told who does, and writes nothing", async () => {
    let second: Ended<ControllerSeen> | undefined;
    const { cluster, first } = await meanwhile(async (there) => {
      const { writes } = there;
      second = await start(there, false);
      expect(there.writes).toBe(writes);
    });
    expect(second).toMatchObject({
      reason: {
        id: "H13",
        message: expect.stringMatching(
          /^bob@desk\/\d+ is working on daemonset kube-system\/calico-node \(seen \d+s ago\)$/,
        ) as string,
        hint: expect.stringContaining("controller -f x.yaml --take-over") as string,
      },
    });
    expect(first).toMatchObject({ kind: "done" });
    expect(cluster.running).toEqual([fresh]);
    expect(cluster.lease).toBeUndefined();
  });

  test("one whose run was taken over stops, and leaves the other's lease alone", async () => {
    const { cluster, first } = await meanwhile(async (there) => lease("eve@lab/2", 0)(there));
    expect(first).toMatchObject({
      reason: { message: "eve@lab/2 has taken this run over", hint: "kubectl calico-upgrade status" },
    });
    expect(cluster.lease).toMatchObject({ holder: "eve@lab/2" });
  });

  test("a long wait renews the lease, so that nobody takes it for a dead process's", async () => {
    const ages: number[] = [];
    const cluster = each.cluster({ ...slow, ends: 50_000 });
    const changed = cluster.changed.bind(cluster);
    cluster.changed = async (until) => {
      const held = cluster.lease;
      if (held !== undefined && held !== "unreadable") ages.push(cluster.now - (held.renewed ?? 0));
      await changed(until);
    };
    expect(await one(cluster, each)).toMatchObject({ kind: "done" });
    expect(ages.length).toBeGreaterThan(50);
    expect(Math.max(...ages)).toBeLessThan(leaseRenewal + 1_000);
  });

  test.each([
    ["a controller's, a minute old: anyone goes on", lease("ann@desk/1", 61_000), undefined],
    ["a controller's, younger", lease("ann@desk/1", 59_000), /is working on/],
    ["a node run's that lives", lease("ann@desk/1", 1_000, "ds/4"), /is working on/],
    [
      "a node run's, a minute old",
      lease("ann@desk/1", 61_000, "ds/4"),
      /left another run .* unfinished \(its target is revision 4\)/,
    ],
    [
      "one that is not readable",
      (cluster: SimulatedControllers) => void (cluster.leaseText = "{"),
      /cannot be read/,
    ],
  ])("what is there: %s", async (_what, put, refused) => {
    const cluster = each.cluster();
    put(cluster);
    const { writes } = cluster;
    const result = await start(cluster, false);
    if (refused === undefined) return expect(result).toMatchObject({ kind: "done" });
    expect(result).toMatchObject({
      reason: { id: "H13", message: expect.stringMatching(refused) as string },
    });
    expect(cluster.writes).toBe(writes);
    expect(await start(cluster, true)).toMatchObject({ kind: "done" });
    expect(cluster.lease).toBeUndefined();
  });

  test("what a node run that ended by itself has left is there again afterwards", async () => {
    const cluster = each.cluster();
    cluster.leaseText = formatRunLease({ run: "ds/4" });
    expect(await start(cluster, false)).toMatchObject({ kind: "done" });
    expect(cluster.lease).toEqual({ run: "ds/4" });
  });
});

function eves(goal: ControllerGoal, takeOver: boolean): ControllerGoal {
  const { lease } = goal;
  return lease === undefined ? goal : { ...goal, lease: { ...lease, takeOver, holder: "eve@lab/2" } };
}

test("H30: a pod that admission refuses is known before the old controller stops; what is unknown does not block", async () => {
  for (const kind of ["refused", "unknown"] as const) {
    const cluster = new SimulatedControllers([
      { kind: "Deployment", name: "calico-kube-controllers", replicas: 1, image: old },
    ]);
    const wanted = {
      target: target("Deployment", "calico-kube-controllers"),
      stubs: [],
      replaces: [],
      settle: 1_000,
      timeout: 60_000,
      commands: commandsFor("controller -f calico.yaml"),
      back: "undo",
      pod: { apiVersion: "v1", kind: "Pod", metadata: { name: "" } },
    };
    const result = await run(controllerProcedure(wanted, places), cluster, {
      dryRun: "none",
      now: () => cluster.now,
      send: (write) => cluster.send(write),
      interrupt: { first: never, second: never },
      emit: () => {},
      read: async () =>
        kind === "refused" ? { kind, messages: ["denied"] } : { kind, why: "no server-side dry run" },
    });
    if (kind === "unknown") {
      expect(result).toMatchObject({ kind: "done" });
      continue;
    }
    expect(result).toMatchObject({ kind: "stopped" });
    expect(result.kind === "stopped" && result.reason.message).toContain(
      "denied; the controller that runs is left alone",
    );
    expect(cluster.log).toEqual([]);
    expect(cluster.running).toEqual([old]);
  }
});
