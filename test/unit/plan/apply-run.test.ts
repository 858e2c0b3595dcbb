import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";
import { parseRunLease } from "../../../src/model/lease.ts";
import { commandRun } from "../../../src/plan/lease/run-names.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";
import { nodesLeft } from "../../../src/operations/node/remaining.ts";
import { run } from "../../../src/perform/run.ts";
import { applySteps, partOf, type ApplyStepId } from "../../../src/plan/apply/parts.ts";
import { stagesOf } from "../../../src/plan/apply/stages.ts";
import type { ApplyTarget } from "../../../src/plan/apply/target.ts";
import { controllerProcedure } from "../../../src/plan/controller/procedure.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import { nestedUnder } from "../../../src/plan/lease/nested.ts";
import type { NodeGoal, TemplateGoal } from "../../../src/plan/node/goal.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { NodeRunResult } from "../../../src/plan/node/result.ts";
import { nothingSeen } from "../../../src/plan/node/seen.ts";
import { objectsProcedure } from "../../../src/plan/objects/procedure.ts";
import {
  sequenceProcedure,
  type PartResult,
  type SequenceSeen,
} from "../../../src/plan/sequence/procedure.ts";
import { othersReady } from "../../../src/preflight/rules/rollout/h18-others.ts";
import { closingLines } from "../../../src/render/node-result.ts";
import { facts, known, subject } from "../preflight/facts.ts";
import { commandsFor } from "./commands.ts";
import { SimulatedUpgrade } from "./simulated-upgrade.ts";
import { everyFault, type Fault } from "./simulated-server.ts";
import { goal } from "./world.ts";

const names = ["node-01", "node-02"];
const commands = commandsFor("apply -f calico.yaml");
const command = { verb: "apply", flags: { filename: ["calico.yaml"] }, manifest: "0123456789abcdef" };
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };
const place = (group: string, resource: string, kind: string) => ({ group, version: "v1", resource, kind });
const daemonSetRef: Ref = {
  ...place("apps", "daemonsets", "DaemonSet"),
  namespace: "kube-system",
  name: "calico-node",
};
const deploymentRef: Ref = {
  ...place("apps", "deployments", "Deployment"),
  namespace: "kube-system",
  name: "calico-kube-controllers",
};
const rbac = "rbac.authorization.k8s.io";
const placesOf: Readonly<Record<string, ReturnType<typeof place>>> = {
  CustomResourceDefinition: place(
    "apiextensions.k8s.io",
    "customresourcedefinitions",
    "CustomResourceDefinition",
  ),
  ClusterRole: place(rbac, "clusterroles", "ClusterRole"),
  ConfigMap: place("", "configmaps", "ConfigMap"),
};

const rule = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });
const role = (...resources: readonly string[]): KubeObject => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name: "calico-node" },
  rules: resources.map(rule),
});
const config = (data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "calico-config", namespace: "kube-system" },
  data,
});
const applied = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { [lastAppliedAnnotation]: JSON.stringify(object) },
  },
});
/** What runs, and the file: a new kind, a right that goes and one that comes, a value and keys of both. */
const before = [role("pods", "nodes"), config({ mtu: "1440", only_old: "x" })].map(applied);
const file = [
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "tiers.crd.projectcalico.org" },
  },
  role("pods", "services"),
  config({ mtu: "1500", only_new: "y" }),
];

interface Process {
  readonly faults?: ReadonlyMap<number, Fault>;
  /** The signal comes with this write; twice: and a second one. */
  readonly interruptAt?: number;
  readonly twice?: boolean;
  /** What somebody else does before this write. */
  readonly meddle?: { readonly at: number; readonly does: () => void };
  readonly guard?: NodeGoal["guard"];
}

const fresh = (): SimulatedUpgrade => new SimulatedUpgrade(names, before);

/** One process of `apply -f`: the parts of the operation on one simulated server, under one lease. */
async function one(
  cluster: SimulatedUpgrade,
  holder: string,
  { faults = new Map(), interruptAt, twice = false, meddle, guard = () => undefined }: Process = {},
): Promise<Ended<SequenceSeen> | "killed"> {
  const [first, second] = [new AbortController(), new AbortController()];
  cluster.killed = false;
  const common = {
    dryRun: "none" as const,
    now: () => cluster.now,
    send: async (write: Write) => {
      if (meddle?.at === cluster.writes) meddle.does();
      if (interruptAt === cluster.writes) {
        first.abort();
        if (twice) second.abort();
      }
      return await cluster.send(write, faults.get(cluster.writes + 1));
    },
    interrupt: { first: first.signal, second: second.signal },
    saver: cluster.saver,
    emit: () => {},
  };
  const lease = {
    holder,
    run: ({ uid }: { readonly uid: string }) => commandRun(uid, command),
    command,
    takeOver: false,
    commands,
  };
  const targets = file.map((object): ApplyTarget => {
    const { name, namespace } = object.metadata;
    const ref = {
      ...(placesOf[object.kind] ?? place("", "", "")),
      name,
      ...(namespace === undefined ? {} : { namespace }),
    };
    return { object, ref, part: partOf(object), before: cluster.others.find(ref) };
  });
  const wanted = {
    targets,
    recreated: [],
    install: { kind: "client" as const },
    choices: { forceConflicts: false, withSecrets: false },
    dryRun: false,
    openKeys: () => [],
  };
  const enter = async ({ id }: { readonly id: ApplyStepId }): Promise<Ended<unknown>> => {
    switch (id) {
      case "prepull":
        return { kind: "done", memory: { state: "unchanged", because: "" }, interrupted: false };
      case "expand":
      case "typha":
      case "configmap":
      case "contract": {
        // What an old pod uses stays as long as there is one (hazard H01).
        if (id === "contract" && left(cluster).nodes.length > 0) return left1("old pods");
        const inner = objectsProcedure({ stages: stagesOf(id, wanted), timeout: 60_000, commands });
        return await run(
          nestedUnder(inner, daemonSetRef, (world) => world.get(objectKey(daemonSetRef)), lease),
          cluster.objects(daemonSetRef),
          common,
        );
      }
      case "controller":
        return await run(controllerProcedure(controllerGoal(), controllerPlaces), cluster.controllerWorld(), {
          ...common,
          read: async () => ({ kind: "passes" }),
        });
      case "nodes":
        return await run(
          nodeProcedure(
            goal({
              nodes: left(cluster).nodes,
              holder,
              nested: true,
              commands,
              guard,
              template: templateGoal(cluster),
              restoreStrategy: (live, strategy) => [
                daemonSetWrite({
                  metadata: {
                    resourceVersion: live.metadata.resourceVersion,
                    annotations: { "calico-upgrade/pinned-strategy": null },
                  },
                  spec: { updateStrategy: strategy },
                }),
              ],
            }),
            nodePlaces,
          ),
          cluster.nodeWorld(),
          common,
        );
      case "migrate":
        return left1("nothing to migrate");
    }
  };
  const result = await run(
    sequenceProcedure(
      { parts: applySteps.map((id) => ({ id })), lease: { ...lease, nested: false } },
      daemonSetRef,
    ),
    cluster.sequence(),
    { ...common, enter },
  );
  return cluster.killed ? "killed" : result;
}

function left1(because: string): Ended<PartResult> {
  return {
    kind: "done",
    memory: { state: because === "old pods" ? "left" : "unchanged", because },
    interrupted: false,
  };
}

const nodePlaces = {
  daemonSets: daemonSetRef,
  nodes: place("", "nodes", "Node"),
  pods: place("", "pods", "Pod"),
};
const controllerPlaces = {
  deployments: { ...deploymentRef },
  replicaSets: place("apps", "replicasets", "ReplicaSet"),
  daemonSets: daemonSetRef,
};
const image = "kube-controllers:v3.2";

function controllerGoal() {
  return {
    target: {
      kind: "Deployment",
      name: deploymentRef.name,
      namespace: "kube-system",
      stopFirst: false,
      reconcile(live: KubeObject | undefined): readonly Write[] {
        const { template } = (live?.["spec"] ?? {}) as {
          template?: { spec: { containers: { image: string }[] } };
        };
        if (template?.spec.containers[0]?.image === image) return [];
        const { resourceVersion } = live?.metadata ?? {};
        const spec = { replicas: 1, template: { spec: { containers: [{ name: "controller", image }] } } };
        return [
          {
            verb: "patch",
            ref: deploymentRef,
            patch: "strategic",
            body: { metadata: { resourceVersion }, spec },
            fieldManager: "kubectl-client-side-apply",
          },
        ];
      },
    },
    stubs: [],
    replaces: [],
    settle: 1_000,
    timeout: 60_000,
    commands,
    back: commands.again(),
  };
}

function templateGoal(cluster: SimulatedUpgrade): TemplateGoal {
  return {
    strategy: rolling,
    reconcile(live, pinned) {
      const spec = live["spec"] as { template: { spec: { containers: { image: string }[] } } };
      if (spec.template.spec.containers[0]?.image === "calico/node:v3.2.0")
        return { writes: [], template: false };
      const body = {
        metadata: { resourceVersion: live.metadata.resourceVersion },
        spec: { ...(pinned ? {} : { updateStrategy: rolling }), template: cluster.nodes.templateChange() },
      };
      return { template: true, writes: [daemonSetWrite(body)] };
    },
  };
}

function daemonSetWrite(body: unknown): Write {
  return {
    verb: "patch",
    ref: daemonSetRef,
    patch: "merge",
    body,
    fieldManager: "kubectl-client-side-apply",
  };
}

function left(cluster: SimulatedUpgrade) {
  return nodesLeft(cluster.nodes.snapshot(), templateGoal(cluster));
}

const liveOf = (cluster: SimulatedUpgrade, object: KubeObject | undefined): KubeObject | undefined =>
  object && cluster.others.find({ ...placesOf[object.kind], ...object.metadata } as Ref);

/** What must hold after every process, however it ended. */
function holds(cluster: SimulatedUpgrade, about = ""): void {
  for (const name of names)
    if (cluster.nodes.cordoned(name)) expect(cluster.nodes.lease(name), about).toBeDefined();
  expect(cluster.nodes.mostDown, about).toBeLessThanOrEqual(1);
  expect(cluster.controllers.mostAtOnce, about).toBe(1);
  // H01: nothing that an old pod uses has gone away.
  const old = names.some((name) => cluster.nodes.generationOf(name) !== 2);
  const rights = JSON.stringify(liveOf(cluster, file[1])?.["rules"]);
  const data = liveOf(cluster, file[2])?.["data"] as Record<string, string>;
  if (old) {
    expect(rights, about).toContain("nodes");
    expect(data, about).toHaveProperty("only_old");
  }
}

function isDone(cluster: SimulatedUpgrade, about = ""): void {
  holds(cluster, about);
  expect(liveOf(cluster, file[0]), about).toBeDefined();
  expect(liveOf(cluster, file[1])?.["rules"], about).toEqual(file[1]?.["rules"]);
  expect(liveOf(cluster, file[2])?.["data"], about).toEqual(file[2]?.["data"]);
  expect(cluster.controllers.running, about).toEqual([image]);
  expect(
    names.map((name) => cluster.nodes.generationOf(name)),
    about,
  ).toEqual([2, 2]);
  expect(cluster.nodes.strategy, about).toEqual(rolling);
  expect(cluster.nodes.annotations, about).toEqual({});
  for (const name of names)
    expect([cluster.nodes.cordoned(name), cluster.nodes.lease(name)], about).toEqual([false, undefined]);
}

test("H01: what is new first, then the controller, values, node by node, and only then what was there goes", async () => {
  const cluster = fresh();
  expect(await one(cluster, "a")).toMatchObject({ kind: "done", interrupted: false });
  isDone(cluster);
  const shown = cluster.log.filter((each) => !/daemonsets|nodes|pods/.test(each));
  expect(shown).toEqual([
    "create customresourcedefinitions/tiers.crd.projectcalico.org",
    "patch clusterroles/calico-node",
    "patch configmaps/calico-config",
    "patch deployments/calico-kube-controllers",
    "patch configmaps/calico-config",
    "patch clusterroles/calico-node",
    "patch configmaps/calico-config",
  ]);
  // The same command again takes its lease and gives it back.
  const { writes } = cluster;
  expect(await one(cluster, "b")).toMatchObject({ kind: "done" });
  expect(new Set(cluster.log.slice(writes))).toEqual(new Set(["patch daemonsets/calico-node"]));
});

test("everything that is changed was saved first, as it was", async () => {
  const cluster = fresh();
  await one(cluster, "a");
  const first = new Map(cluster.saved.toReversed().map(({ ref, before: was }) => [ref.kind, was]));
  expect(first.get("ClusterRole")?.["rules"]).toEqual(before[0]?.["rules"]);
  expect(first.get("ConfigMap")?.["data"]).toEqual(before[1]?.["data"]);
  expect([...first.keys()].toSorted()).toEqual([
    "ClusterRole",
    "ConfigMap",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
  ]);
});

test.each(everyFault)(
  "every write hit by '%s': nothing that is in use goes away, and the same command again finishes the job",
  async (fault) => {
    const clean = fresh();
    await one(clean, "a");
    for (let index = 1; index <= clean.writes; index += 1) {
      const cluster = fresh();
      const result = await one(cluster, "a", { faults: new Map([[index, fault]]) });
      const about = `write ${String(index)}: ${clean.log[index - 1] ?? ""}`;
      holds(cluster, about);
      if (result === "killed" || holdsLease(cluster)) cluster.advance(61_000);
      if (result === "killed" || result.kind === "stopped")
        expect(await one(cluster, "b"), about).toMatchObject({ kind: "done" });
      isDone(cluster, about);
    }
  },
  60_000,
);

function holdsLease(cluster: SimulatedUpgrade): boolean {
  const lease = parseRunLease(cluster.nodes.annotations["calico-upgrade/run"]);
  return lease !== undefined && lease !== "unreadable" && lease.holder !== undefined;
}

test.each([false, true])(
  "a signal at every write (a second one: %s): no part and no node begins after it, and the same command ends all the same",
  async (twice) => {
    const clean = fresh();
    await one(clean, "a");
    for (let index = 0; index < clean.writes; index += 1) {
      const cluster = fresh();
      const result = await one(cluster, "a", { interruptAt: index, twice });
      const about = `write ${String(index + 1)}: ${clean.log[index] ?? ""}`;
      holds(cluster, about);
      expect(result, about).toMatchObject({ interrupted: true });
      const deleted = (log: readonly string[]) => log.filter((each) => each.startsWith("delete pods")).length;
      expect(deleted(cluster.log), about).toBeLessThanOrEqual(deleted(clean.log.slice(0, index + 1)));
      if (holdsLease(cluster)) cluster.advance(61_000);
      expect(await one(cluster, "b"), about).toMatchObject({ kind: "done", interrupted: false });
      isDone(cluster, about);
    }
  },
  60_000,
);

describe.each(["patch", "replace"] as const)(
  "H12: kubectl %s puts RollingUpdate back while nodes restart",
  (by) => {
    // What the controller makes of it is seen before or after the DaemonSet itself.
    test.each([false, true])(
      "at every write: it is reported as that, and not as a rollout that came from nowhere (pods seen first: %s)",
      async (unseen) => {
        const clean = fresh();
        await one(clean, "a");
        const cordons = clean.log.flatMap((each, at) => (each.startsWith("patch nodes/") ? [at] : []));
        const reasons: (string | undefined)[] = [];
        for (let at = cordons[0] ?? 0; at <= (cordons[2] ?? 0); at += 1) {
          const cluster = fresh();
          const does = (): void => cluster.nodes.putStrategyBack(rolling, by, unseen);
          const result = await one(cluster, "a", { meddle: { at, does }, guard: othersGuard });
          const about = `before write ${String(at + 1)}: ${clean.log[at] ?? ""}`;
          if (result === "killed") throw new Error("nobody killed it");
          if (result.kind === "stopped") {
            // Where its rollout was through at once, the lease that went with it is what is left to be told.
            const through = by === "replace" && result.reason.id === "H13";
            expect(result.reason, about).toMatchObject({
              id: through ? "H13" : "H12",
              message: expect.stringMatching(
                through
                  ? /^the lease of this run on .* is gone/
                  : /somebody put updateStrategy RollingUpdate back/,
              ) as string,
            });
            reasons.push(result.reason.id);
          }
          const told = closingLines(nodesResult(cluster));
          expect(told.join(), about).not.toContain("is held at");
        }
        expect(reasons).toContain("H12");
      },
    );
  },
);

/** Hazard H18, as the run asks it. */
const othersGuard: NodeGoal["guard"] = ({ daemonSet, ...world }, node, time) => {
  if (daemonSet === undefined) return undefined;
  const about = facts({
    facts: {
      daemonSet: known(daemonSet.facts),
      nodes: known(world.nodes),
      pods: known(world.pods),
      revisions: known(world.revisions),
    },
  });
  const finding = othersReady.evaluate(about, subject({ node }), time);
  return finding.outcome === "fail" ? { id: finding.id, message: finding.because } : undefined;
};

function nodesResult(cluster: SimulatedUpgrade): NodeRunResult {
  return {
    goal: goal({ commands }),
    world: cluster.nodes.snapshot(),
    seen: nothingSeen,
    dryRun: "none",
    bgp: true,
    interrupted: false,
    ended: cluster.now,
  };
}

test("any sequence of crashes, faults and signals converges without breaking an invariant", async () => {
  const process = fc.record({
    faults: fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 25 }), fault: fc.constantFrom(...everyFault) }),
      { maxLength: 3 },
    ),
    signal: fc.option(fc.integer({ min: 0, max: 25 }), { nil: undefined }),
    twice: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(process, { maxLength: 4 }), async (processes) => {
      const cluster = fresh();
      for (const [index, { faults, signal, twice }] of processes.entries()) {
        const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
        const interruptAt = signal === undefined ? undefined : cluster.writes + signal;
        const result = await one(cluster, `process-${String(index)}`, {
          faults: at,
          twice,
          ...(interruptAt === undefined ? {} : { interruptAt }),
        });
        holds(cluster);
        if (result === "killed" || holdsLease(cluster)) cluster.advance(61_000);
      }
      expect(await one(cluster, "last")).toMatchObject({ kind: "done" });
      isDone(cluster);
    }),
    { numRuns: 30 },
  );
}, 120_000);
