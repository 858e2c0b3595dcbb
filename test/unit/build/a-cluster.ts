import { readingNames, type ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { configMapFacts } from "../../../src/model/configmap.ts";
import { eventFacts } from "../../../src/model/event.ts";
import { installationFacts } from "../../../src/model/install.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../../src/model/kube.ts";
import { listedKinds } from "../../../src/model/listed-kinds.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { calicoDaemonSet, windowsDaemonSet } from "../../../src/model/observed.ts";
import { podFacts } from "../../../src/model/pod.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { revisionFacts } from "../../../src/model/revision.ts";
import { formatTime, parseTime, type Millis } from "../../../src/model/time.ts";
import { workloadFacts } from "../../../src/model/workload.ts";

/** The server's clock in all of these tests. */
export const now: Millis = parseTime("2026-11-20T12:00:00Z") ?? 0;

/** `ago(90)` is a minute and a half before `now`. */
export function ago(seconds: number): string {
  return formatTime(now - seconds * 1000);
}

type Fields = Readonly<Record<string, unknown>>;

export interface NodeSpec {
  readonly ready?: "True" | "False" | "Unknown";
  readonly readyReason?: string;
  readonly readyMessage?: string;
  readonly readySince?: string;
  readonly unschedulable?: boolean;
  readonly cordonedAt?: string;
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Fields[];
}

export function aNode(name: string, spec: NodeSpec = {}): KubeObject {
  const cordon =
    spec.cordonedAt === undefined
      ? []
      : [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", timeAdded: spec.cordonedAt }];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: ago(864_000),
      labels: { "kubernetes.io/os": "linux", ...spec.labels },
      annotations: spec.annotations ?? {},
      ...(spec.managedFields === undefined ? {} : { managedFields: spec.managedFields }),
    },
    spec: {
      ...(spec.unschedulable === true ? { unschedulable: true } : {}),
      taints: [...cordon, ...(spec.taints ?? [])],
    },
    status: {
      conditions: [
        {
          type: "Ready",
          status: spec.ready ?? "True",
          lastTransitionTime: spec.readySince ?? ago(864_000),
          ...(spec.readyReason === undefined ? {} : { reason: spec.readyReason }),
          ...(spec.readyMessage === undefined ? {} : { message: spec.readyMessage }),
        },
      ],
      nodeInfo: { kubeletVersion: "v1.36.4", architecture: "amd64" },
    },
  };
}

export interface TemplateSpec {
  readonly node?: string;
  readonly cni?: string;
  readonly env?: readonly Fields[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers?: readonly Fields[];
  readonly volumes?: readonly Fields[];
  readonly affinity?: Fields;
  readonly tolerations?: readonly Fields[];
  readonly imagePullSecrets?: readonly Fields[];
}

const fromConfig = (name: string, key: string): Fields => ({
  name,
  valueFrom: { configMapKeyRef: { name: "calico-config", key } },
});

/** A pod template of calico-node, KDD with BGP unless told otherwise. */
export function aTemplate(spec: TemplateSpec = {}): Fields {
  return {
    metadata: { labels: spec.labels ?? { "k8s-app": "calico-node" } },
    spec: {
      hostNetwork: true,
      ...(spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: spec.imagePullSecrets }),
      nodeSelector: spec.nodeSelector ?? { "kubernetes.io/os": "linux" },
      tolerations: spec.tolerations ?? [
        { effect: "NoSchedule", operator: "Exists" },
        { effect: "NoExecute", operator: "Exists" },
      ],
      ...(spec.affinity === undefined ? {} : { affinity: spec.affinity }),
      initContainers: [
        {
          name: "install-cni",
          image: spec.cni ?? "docker.io/calico/cni:v3.29.1",
          env: [fromConfig("CNI_NETWORK_CONFIG", "cni_network_config")],
        },
      ],
      containers: [
        {
          name: "calico-node",
          image: spec.node ?? "docker.io/calico/node:v3.29.1",
          env: spec.env ?? [
            { name: "DATASTORE_TYPE", value: "kubernetes" },
            fromConfig("CALICO_NETWORKING_BACKEND", "calico_backend"),
          ],
        },
        ...(spec.containers ?? []),
      ],
      volumes: spec.volumes ?? [],
    },
  };
}

export interface DaemonSetSpec {
  readonly name?: string;
  readonly namespace?: string;
  readonly template?: Fields;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Fields[];
  readonly strategy?: string;
  readonly desired?: number;
  readonly ready?: number;
  readonly generation?: number;
  readonly observed?: number;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

export function aDaemonSet(spec: DaemonSetSpec = {}): KubeObject {
  const { name = "calico-node", namespace = "kube-system", generation = 1 } = spec;
  const template = spec.template ?? aTemplate();
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      generation,
      creationTimestamp: ago(864_000),
      labels: spec.labels ?? { "k8s-app": "calico-node" },
      annotations: spec.annotations ?? {},
      ownerReferences: (spec.ownerReferences ?? []) as never,
      ...(spec.managedFields === undefined ? {} : { managedFields: spec.managedFields }),
    },
    spec: {
      updateStrategy: { type: spec.strategy ?? "RollingUpdate" },
      selector: { matchLabels: (template["metadata"] as { labels: Fields }).labels },
      template,
    },
    status: {
      observedGeneration: spec.observed ?? generation,
      desiredNumberScheduled: spec.desired ?? 3,
      numberReady: spec.ready ?? 3,
    },
  };
}

export function aRevision(
  daemonSet: KubeObject,
  number: number,
  hash: string,
  template?: Fields,
): KubeObject {
  const { name, namespace = "", uid = "" } = daemonSet.metadata;
  const own = (daemonSet["spec"] as { template: Fields }).template;
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: `uid-${name}-${hash}`,
      labels: { "controller-revision-hash": hash },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name, uid, controller: true }],
    },
    revision: number,
    data: { spec: { template: { ...(template ?? own), $patch: "replace" } } },
  };
}

export interface PodSpec {
  readonly hash?: string;
  readonly generation?: string;
  readonly template?: Fields;
  readonly created?: string;
  readonly started?: string;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly waiting?: Fields;
  readonly lastTerminated?: Fields;
  readonly deletedAt?: string;
  readonly gracePeriod?: number;
  readonly uid?: string;
  readonly suffix?: string;
  readonly phase?: string;
  /** Not placed yet: its node stands in the affinity only (hazard H10). */
  readonly pending?: string;
}

export function aPod(daemonSet: KubeObject, node: string, spec: PodSpec = {}): KubeObject {
  const { name, namespace = "", uid = "" } = daemonSet.metadata;
  const template = (spec.template ?? (daemonSet["spec"] as { template: Fields }).template) as {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly Fields[]; readonly initContainers?: readonly Fields[] };
  };
  const { ready = true, restarts = 0, waiting, pending } = spec;
  const state = waiting === undefined ? { running: { startedAt: spec.started ?? ago(3000) } } : { waiting };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
      },
    },
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${spec.suffix ?? node.slice(-2)}`,
      namespace,
      uid: spec.uid ?? `uid-${name}-${node}`,
      creationTimestamp: spec.created ?? ago(3600),
      labels: {
        ...template.metadata.labels,
        ...(spec.hash === undefined ? {} : { "controller-revision-hash": spec.hash }),
        ...(spec.generation === undefined ? {} : { "pod-template-generation": spec.generation }),
      },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name, uid, controller: true }],
      ...(spec.deletedAt === undefined ? {} : { deletionTimestamp: spec.deletedAt }),
      ...(spec.gracePeriod === undefined ? {} : { deletionGracePeriodSeconds: spec.gracePeriod }),
    },
    spec: {
      ...(pending === undefined ? { nodeName: node } : { affinity }),
      containers: template.spec.containers,
      initContainers: template.spec.initContainers ?? [],
    },
    status: {
      phase: spec.phase ?? (waiting === undefined && pending === undefined ? "Running" : "Pending"),
      conditions:
        pending === undefined
          ? [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: ago(2990) }]
          : [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: pending }],
      initContainerStatuses:
        pending === undefined
          ? (template.spec.initContainers ?? []).map((container) => ({
              name: container["name"],
              ready: true,
              restartCount: 0,
              state: { terminated: { exitCode: 0, finishedAt: ago(3001) } },
            }))
          : [],
      containerStatuses:
        pending === undefined
          ? template.spec.containers.map((container) => ({
              name: container["name"],
              ready,
              restartCount: restarts,
              state,
              ...(spec.lastTerminated === undefined
                ? {}
                : { lastState: { terminated: spec.lastTerminated } }),
            }))
          : [],
    },
  };
}

export function aConfigMap(data: Readonly<Record<string, string>> = {}, name = "calico-config"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "kube-system", uid: `uid-${name}` },
    data: {
      calico_backend: "bird",
      cni_network_config: '{"plugins": [{"type": "calico", "datastore_type": "kubernetes"}]}',
      ...data,
    },
  };
}

export interface WorkloadSpec {
  readonly kind?: "Deployment" | "ReplicaSet";
  readonly name?: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly ready?: number;
  readonly args?: readonly string[];
  readonly container?: string;
}

export function aWorkload(spec: WorkloadSpec = {}): KubeObject {
  const { name = "calico-kube-controllers", replicas = 1 } = spec;
  return {
    apiVersion: "apps/v1",
    kind: spec.kind ?? "Deployment",
    metadata: { name, namespace: "kube-system", uid: `uid-${name}-${spec.kind ?? ""}` },
    spec: {
      replicas,
      strategy: { type: "Recreate" },
      template: {
        spec: {
          containers: [
            {
              name: spec.container ?? name,
              image: spec.image ?? "docker.io/calico/kube-controllers:v3.29.1",
              args: spec.args ?? [],
            },
          ],
        },
      },
    },
    status: { readyReplicas: spec.ready ?? replicas },
  };
}

export interface ClusterSpec {
  readonly serverVersion?: string;
  readonly nodes?: readonly KubeObject[] | Reading<never>;
  readonly daemonSets?: readonly KubeObject[] | Reading<never>;
  readonly pods?: readonly KubeObject[] | Reading<never>;
  readonly revisions?: readonly KubeObject[] | Reading<never>;
  readonly workloads?: readonly KubeObject[] | Reading<never>;
  readonly configMaps?: readonly KubeObject[] | Reading<never>;
  readonly installation?: KubeObject;
  readonly events?: readonly KubeObject[];
  readonly ipPools?: readonly KubeObject[] | Reading<never>;
  readonly felixConfigurations?: readonly KubeObject[] | Reading<never>;
}

export function aPool(
  spec: Fields = { cidr: "192.168.0.0/16", ipipMode: "Always", vxlanMode: "Never" },
): KubeObject {
  const name = "default-ipv4-ippool";
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "IPPool",
    metadata: { name, uid: `uid-${name}` },
    spec,
  };
}

export function aFelixConfiguration(spec: Fields): KubeObject {
  const metadata = { name: "default", uid: "uid-felix" };
  return { apiVersion: "crd.projectcalico.org/v1", kind: "FelixConfiguration", metadata, spec };
}

const notAsked: Reading<never> = { known: false, why: "not asked", message: "nobody asked" };
const nothingAsked = Object.fromEntries(readingNames.map((name) => [name, notAsked])) as unknown as Omit<
  ClusterFacts,
  "serverVersion" | "now"
>;

/** The same step from raw objects to facts that a live cluster goes through. */
export function observedOf(spec: ClusterSpec): ClusterFacts {
  return {
    ...nothingAsked,
    serverVersion: spec.serverVersion ?? "v1.36.4",
    now,
    nodes: reading(spec.nodes, nodeFacts),
    daemonSets: reading(spec.daemonSets, calicoDaemonSet),
    windowsSets: reading(spec.daemonSets, windowsDaemonSet),
    workloads: reading(spec.workloads, workloadFacts),
    pods: reading(spec.pods, podFacts),
    revisions: reading(spec.revisions, revisionFacts),
    configMaps: reading(spec.configMaps, configMapFacts),
    installation: {
      known: true,
      value: spec.installation === undefined ? undefined : installationFacts(spec.installation),
    },
    events: reading(spec.events, eventFacts),
    ipPools: reading(spec.ipPools, listedKinds.ipPools.pick),
    felixConfigurations: reading(spec.felixConfigurations, listedKinds.felixConfigurations.pick),
  };
}

function reading<T>(
  given: readonly KubeObject[] | Reading<never> | undefined,
  pick: (raw: KubeObject) => T | undefined,
): Reading<readonly T[]> {
  if (given !== undefined && "known" in given) return given;
  return { known: true, value: (given ?? []).flatMap((raw) => pick(raw) ?? []) };
}

export function forbidden(what: string): Reading<never> {
  const message = `Error from server (Forbidden): ${what} is forbidden: User "jane" cannot list resource "${what}"`;
  return { known: false, why: "forbidden", message };
}

/** Three nodes on v3.29.1, everything Ready. */
export function aHealthyCluster(): Required<Omit<ClusterSpec, "installation" | "serverVersion">> {
  const daemonSet = aDaemonSet();
  const names = ["node-01", "node-02", "node-03"];
  return {
    nodes: names.map((name) => aNode(name)),
    daemonSets: [daemonSet],
    pods: names.map((name) => aPod(daemonSet, name, { hash: "aaa" })),
    revisions: [aRevision(daemonSet, 1, "aaa")],
    workloads: [aWorkload()],
    configMaps: [aConfigMap()],
    events: [],
    ipPools: [aPool()],
    felixConfigurations: [],
  };
}

/** node-01 is on v3.30.0, the newest revision; the two others are still on v3.29.1. */
export function anUpgradingCluster(
  spec: Omit<DaemonSetSpec, "template"> = {},
): Required<Omit<ClusterSpec, "installation" | "serverVersion">> {
  const old = aTemplate();
  const next = aTemplate({ node: "docker.io/calico/node:v3.30.0", cni: "docker.io/calico/cni:v3.30.0" });
  const daemonSet = aDaemonSet({ strategy: "OnDelete", generation: 2, ...spec, template: next });
  return {
    ...aHealthyCluster(),
    // It goes first.
    workloads: [aWorkload({ image: "docker.io/calico/kube-controllers:v3.30.0" })],
    daemonSets: [daemonSet],
    revisions: [aRevision(daemonSet, 1, "aaa", old), aRevision(daemonSet, 2, "bbb")],
    pods: [
      aPod(daemonSet, "node-01", { hash: "bbb", uid: "uid-new", created: ago(120), started: ago(110) }),
      aPod(daemonSet, "node-02", { hash: "aaa", template: old }),
      aPod(daemonSet, "node-03", { hash: "aaa", template: old }),
    ],
  };
}
