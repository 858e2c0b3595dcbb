import type { Ref } from "../../../src/model/kube.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import type { OperationEvent } from "../../../src/operations/events.ts";
import { run, type LiveWorld } from "../../../src/perform/run.ts";
import { controllerProcedure } from "../../../src/plan/controller/procedure.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { ObjectGoal } from "../../../src/plan/objects/goal.ts";
import { objectsProcedure, type ObjectsWorld } from "../../../src/plan/objects/procedure.ts";
import { sequenceProcedure, type RunPart, type PartResult } from "../../../src/plan/sequence/procedure.ts";
import { commandsFor } from "../plan/commands.ts";
import { SimulatedCluster } from "../plan/simulated-cluster.ts";
import { SimulatedControllers } from "../plan/simulated-controllers.ts";
import { goal, now } from "../plan/world.ts";

/** An upgrade of a simulated cluster by the real procedures, with what its listeners hear. */

const never = new AbortController().signal;
const place = (resource: string, kind: string, group = "apps") => ({ group, version: "v1", resource, kind });
const daemonSets = place("daemonsets", "DaemonSet");
const commands = commandsFor("apply -f calico.yaml");

export const parts: readonly RunPart[] = [
  { id: "expand" },
  { id: "typha" },
  { id: "controller" },
  { id: "nodes" },
  { id: "contract" },
];

export type Emit = (event: OperationEvent) => void;

export interface UpgradeOptions {
  readonly nodes?: readonly string[];
  /** Which write of the nodes' part the server forbids. */
  readonly forbidAt?: number;
  /** When a part begins. */
  readonly between?: (part: string, emit: Emit) => Promise<void>;
}

/** Runs it, each event after the other. */
export async function upgrade(emit: Emit, options: UpgradeOptions = {}): Promise<void> {
  const interrupt = { first: never, second: never };
  const about = { parts };
  const enter = async ({ id }: RunPart): Promise<Ended<PartResult>> => {
    await options.between?.(id, emit);
    switch (id) {
      case "expand":
        await objects(emit, id, ["calico-node", "calico-kube-controllers"]);
        return ended({ state: "done", because: "2 objects" });
      case "typha":
        return ended({ state: "unchanged", because: "not used here" });
      case "controller":
        await controller(emit);
        return ended({ state: "done", because: "" });
      case "nodes": {
        const result = await nodes(emit, ["nodes"], options);
        if (result.kind === "done")
          return ended({ state: "done", because: "every node runs the newest revision" });
        return {
          ...ended({ state: "failed", because: result.reason.message }),
          ...result,
          memory: failed(result),
        };
      }
      default:
        return ended({ state: "unchanged", because: "nothing to remove" });
    }
  };
  await run(sequenceProcedure({ parts }, undefined), still, {
    dryRun: "none",
    now: () => now,
    send: () => Promise.resolve(undefined),
    interrupt,
    emit: (event) => emit({ kind: "procedure", procedure: "sequence", within: [], about, event }),
    enter,
  });
}

/** calico-node on some nodes; a part of `within`. */
export async function nodes(
  emit: Emit,
  within: readonly string[],
  { nodes: names = ["node-01", "node-02"], forbidAt }: UpgradeOptions,
) {
  const cluster = new SimulatedCluster({
    nodes: names,
    cordoned: [],
    strategy: { type: "OnDelete" },
    image: () => "quay.io/calico/node:v2.5.1",
    beside: [{ name: "install-cni", image: "quay.io/calico/cni:v1.10.0" }],
  });
  const wanted = goal({ nodes: names, restart: true });
  const about = { goal: wanted, resource: "daemonset.apps/calico-node", bgp: true, budget: 90_000 };
  const places = {
    daemonSets,
    nodes: place("nodes", "Node", ""),
    pods: place("pods", "Pod", ""),
  };
  return await run(nodeProcedure(wanted, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => cluster.send(write, cluster.writes + 1 === forbidAt ? "forbidden" : undefined),
    interrupt: { first: never, second: never },
    emit: (event) => emit({ kind: "procedure", procedure: "nodes", within, about, event }),
  });
}

async function controller(emit: Emit): Promise<void> {
  const name = "calico-kube-controllers";
  const cluster = new SimulatedControllers([{ kind: "Deployment", name, replicas: 1, image: "old" }]);
  const ref = { ...place("deployments", "Deployment"), namespace: "kube-system", name };
  const spec = { replicas: 1, template: { spec: { containers: [{ name, image: "new" }] } } };
  const wanted = {
    target: {
      kind: "Deployment",
      namespace: "kube-system",
      name,
      stopFirst: false,
      reconcile: (live?: {
        readonly spec?: unknown;
        readonly metadata: { readonly resourceVersion?: string };
      }) =>
        JSON.stringify(live?.spec).includes('"new"')
          ? []
          : [
              {
                verb: "patch" as const,
                ref,
                patch: "strategic" as const,
                body: { metadata: { resourceVersion: live?.metadata.resourceVersion }, spec },
                fieldManager: "calico-upgrade",
              },
            ],
    },
    stubs: [],
    replaces: [],
    settle: 2_000,
    timeout: 300_000,
    commands,
    back: "kubectl calico-upgrade undo RUN",
  };
  const places = {
    deployments: place("deployments", "Deployment"),
    replicaSets: place("replicasets", "ReplicaSet"),
    daemonSets,
  };
  const about = { goal: wanted, group: "apps", restart: false };
  await run(controllerProcedure(wanted, places), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: (write) => cluster.send(write),
    interrupt: { first: never, second: never },
    emit: (event) =>
      emit({ kind: "procedure", procedure: "controller", within: ["controller"], about, event }),
  });
}

async function objects(emit: Emit, part: string, names: readonly string[]): Promise<void> {
  const there = new Map<string, undefined>();
  const roles = place("clusterroles", "ClusterRole", "rbac.authorization.k8s.io");
  const stage = names.map((name): ObjectGoal => {
    const ref: Ref = { ...roles, name };
    there.set(objectKey(ref), undefined);
    return {
      ref,
      intended: () => ({
        verb: "create",
        ref,
        body: {
          apiVersion: "v1",
          kind: "ClusterRole",
          metadata: { name, annotations: { password: "s3cret" } },
        },
        fieldManager: "calico-upgrade",
      }),
    };
  });
  const live: LiveWorld<ObjectsWorld> = { ...still, snapshot: () => there };
  await run(objectsProcedure({ stages: [stage], timeout: 0, commands }), live, {
    dryRun: "none",
    now: () => now,
    send: () => Promise.resolve(undefined),
    interrupt: { first: never, second: never },
    emit: (event) =>
      emit({ kind: "procedure", procedure: "objects", within: [part], about: aboutObjects, event }),
  });
}

const aboutObjects = {};

/** A cluster in which nothing happens by itself. */
const still = {
  snapshot: () => ({}),
  changed: () => Promise.resolve(),
  absorb: () => {},
  refresh: () => Promise.resolve(),
  fetchEvents: () => Promise.resolve(),
};

function ended(memory: PartResult): Ended<PartResult> {
  return { kind: "done", memory, interrupted: false };
}

function failed({ reason }: { readonly reason: { readonly message: string } }): PartResult {
  return { state: "failed", because: reason.message, stop: reason };
}
