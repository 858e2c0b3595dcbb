import { daemonSetFacts, type Strategy } from "../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { CordonLease, RunLease } from "../../../src/model/lease.ts";
import { formatRunLease } from "../../../src/model/lease.ts";
import { pinnedAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { nodeFacts, type NodeFacts } from "../../../src/model/node.ts";
import { podFacts, type PodFacts } from "../../../src/model/pod.ts";
import { revisionFacts, type RevisionFacts } from "../../../src/model/revision.ts";
import { formatTime } from "../../../src/model/time.ts";
import { commandsFor } from "./commands.ts";
import type { NodeGoal } from "../../../src/plan/node/goal.ts";
import type { NodeWorld } from "../../../src/plan/node/world.ts";

/** The API server's clock in these tests: a round second, because API times have no fraction. */
export const now = Date.UTC(2026, 0, 1, 12, 0, 0);
const dayAgo = formatTime(now - 86_400_000);

export const me = "alice@laptop/1";

interface DaemonSetOptions {
  readonly strategy?: Strategy;
  readonly revision?: number;
  readonly pinned?: Strategy;
  readonly run?: RunLease | string;
  readonly observed?: boolean;
}

/** A calico-node DaemonSet whose template names its revision: `calico/node:v3.REVISION.0`. */
export function daemonSet(options: DaemonSetOptions = {}): KubeObject {
  const revision = options.revision ?? 2;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      name: "calico-node",
      namespace: "kube-system",
      uid: "ds",
      resourceVersion: "100",
      generation: revision,
      creationTimestamp: dayAgo,
      annotations: {
        ...(options.pinned === undefined ? {} : { [pinnedAnnotation]: JSON.stringify(options.pinned) }),
        ...(options.run === undefined
          ? {}
          : { [runAnnotation]: typeof options.run === "string" ? options.run : formatRunLease(options.run) }),
      },
    },
    spec: {
      selector: { matchLabels: { "k8s-app": "calico-node" } },
      updateStrategy: options.strategy ?? { type: "OnDelete" },
      template: template(revision),
    },
    status: { observedGeneration: options.observed === false ? revision - 1 : revision },
  };
}

export function template(revision: number): unknown {
  return {
    metadata: { labels: { "k8s-app": "calico-node" } },
    spec: { containers: [{ name: "calico-node", image: `calico/node:v3.${revision}.0` }] },
  };
}

export function revision(number: number): RevisionFacts {
  return revisionFacts({
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `calico-node-r${number}`,
      namespace: "kube-system",
      uid: `cr-${number}`,
      labels: { "controller-revision-hash": `r${number}` },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "DaemonSet", name: "calico-node", uid: "ds", controller: true },
      ],
    },
    revision: number,
    data: { spec: { template: { $patch: "replace", ...(template(number) as object) } } },
  });
}

interface NodeOptions {
  readonly cordoned?: boolean;
  readonly cordonedAt?: number;
  readonly ready?: "True" | "False" | "Unknown";
  readonly readyMessage?: string;
  readonly lease?: CordonLease | "unreadable";
  readonly roles?: readonly string[];
}

export function node(name: string, options: NodeOptions = {}): NodeFacts {
  const facts = nodeFacts({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `node-${name}`,
      resourceVersion: "7",
      creationTimestamp: dayAgo,
      labels: Object.fromEntries(
        (options.roles ?? []).map((role) => [`node-role.kubernetes.io/${role}`, ""]),
      ),
    },
    spec: {
      ...(options.cordoned === true ? { unschedulable: true } : {}),
      ...(options.cordonedAt === undefined
        ? {}
        : {
            taints: [
              {
                key: "node.kubernetes.io/unschedulable",
                effect: "NoSchedule",
                timeAdded: formatTime(options.cordonedAt),
              },
            ],
          }),
    },
    status: {
      conditions: [{ type: "Ready", status: options.ready ?? "True", message: options.readyMessage ?? "" }],
    },
  });
  return options.lease === undefined ? facts : { ...facts, lease: options.lease };
}

interface PodOptions {
  readonly uid?: string;
  readonly revision?: number;
  readonly ready?: boolean;
  readonly readySince?: number;
  readonly startedAt?: number;
  readonly created?: number;
  readonly deletedAt?: number;
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly restarts?: number;
  readonly finishedAt?: number;
}

export function pod(onNode: string, options: PodOptions = {}): PodFacts {
  const uid = options.uid ?? `pod-${onNode}`;
  const ready = options.ready ?? true;
  return podFacts({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `calico-node-${uid}`,
      namespace: "kube-system",
      uid,
      resourceVersion: "9",
      creationTimestamp: options.created === undefined ? dayAgo : formatTime(options.created),
      labels: { "k8s-app": "calico-node", "controller-revision-hash": `r${options.revision ?? 1}` },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "DaemonSet", name: "calico-node", uid: "ds", controller: true },
      ],
      ...(options.deletedAt === undefined ? {} : { deletionTimestamp: formatTime(options.deletedAt) }),
    },
    spec: { nodeName: onNode, containers: [{ name: "calico-node", image: "calico/node:v3.2.0" }] },
    status: {
      phase: "Running",
      conditions: [
        {
          type: "Ready",
          status: ready ? "True" : "False",
          lastTransitionTime: formatTime(options.readySince ?? now - 3_600_000),
        },
      ],
      containerStatuses: [
        {
          name: "calico-node",
          containerID: `containerd://${uid}`,
          ready,
          restartCount: options.restarts ?? 0,
          state:
            options.finishedAt !== undefined
              ? { terminated: { exitCode: 0, finishedAt: formatTime(options.finishedAt) } }
              : options.waiting === undefined
                ? { running: { startedAt: formatTime(options.startedAt ?? now - 3_600_000) } }
                : { waiting: options.waiting },
        },
      ],
    },
  });
}

interface WorldOptions extends DaemonSetOptions {
  readonly nodes?: readonly NodeFacts[];
  readonly pods?: readonly PodFacts[];
  readonly probes?: readonly PodFacts[];
  readonly revisions?: readonly RevisionFacts[];
}

/** Three nodes, all still on revision 1 of a DaemonSet that is at revision 2, unless told otherwise. */
export function world(options: WorldOptions = {}): NodeWorld {
  const raw = daemonSet(options);
  const nodes = options.nodes ?? ["node-01", "node-02", "node-03"].map((name) => node(name));
  return {
    daemonSet: { raw, facts: daemonSetFacts(raw) },
    revisions:
      options.revisions ?? Array.from({ length: options.revision ?? 2 }, (_, index) => revision(index + 1)),
    nodes: new Map(nodes.map((entry) => [entry.name, entry])),
    pods: options.pods ?? nodes.map(({ name }) => pod(name)),
    probes: options.probes ?? [],
    events: [],
  };
}

export function goal(change: Partial<NodeGoal> = {}): NodeGoal {
  return {
    daemonSet: "ds",
    nodes: ["node-01"],
    commands: commandsFor(`node ${(change.nodes ?? ["node-01"]).join(" ")}`),
    restart: false,
    holder: me,
    takeOver: false,
    noCordon: false,
    settle: 11_000,
    timeout: 300_000,
    expectReady: true,
    bgp: true,
    budget: 90_000,
    readyMeansBgp: true,
    guard: () => undefined,
    restoreStrategy: (live, strategy) => [
      {
        verb: "patch",
        ref: {
          group: "apps",
          version: "v1",
          resource: "daemonsets",
          kind: "DaemonSet",
          name: live.metadata.name,
        },
        patch: "merge",
        body: { spec: { updateStrategy: strategy } },
        fieldManager: "kubectl-client-side-apply",
      },
    ],
    ...change,
  };
}

export function lease(change: Partial<CordonLease> = {}): CordonLease {
  return {
    run: "ds/2",
    holder: me,
    since: now - 5_000,
    wasUnschedulable: false,
    replaces: "pod-node-01",
    ...change,
  };
}

export function myRun(change: Partial<RunLease> = {}): RunLease {
  return { run: "ds/2", holder: me, renewed: now - 1_000, ...change };
}
