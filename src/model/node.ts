import { milliCpu } from "./cpu.ts";
import type { KubeObject, ManagedFieldsEntry } from "./kube.ts";
import { parseCordonLease, type CordonLease } from "./lease.ts";
import { cordonAnnotation, recordAnnotation } from "./names.ts";
import type { Truth } from "./reading.ts";
import { parseTime, type Millis } from "./time.ts";

/** A record of `report` has at most so many bytes of UTF-8. */
export const mostRecordBytes = 300;

/** What we read of a Node. */
export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly created: Millis;
  readonly labels: Readonly<Record<string, string>>;
  readonly unschedulable: boolean;
  /** When the `node.kubernetes.io/unschedulable` taint was put on: the cordon's own time (hazard H13). */
  readonly cordonedAt?: Millis;
  /** Who wrote `unschedulable`, where the server keeps that (managedFields; not before 1.18). */
  readonly cordonedBy?: string;
  readonly taints: readonly Taint[];
  /** The Ready condition: true, false, or unknown (silent kubelet, hazard H16). */
  readonly ready: Truth;
  /** Reason and message of the Ready condition when it is not true. */
  readonly readyReason?: string;
  readonly readyMessage?: string;
  /** When the Ready condition last changed. */
  readonly readyChanged?: Millis;
  readonly lease?: CordonLease | "unreadable";
  /** The record of the last run as it stands there, for `parseNodeRecord`; what is too long for one is cut off. */
  readonly record?: string;
  readonly roles: readonly string[];
  /**
   * Cluster id of a BGP route reflector, as calico-node writes it where Calico keeps its nodes in Kubernetes
   * (libcalico-go lib/backend/k8s/resources/node.go, nodeBgpCIDAnnotation).
   */
  readonly routeReflector?: string;
  readonly arch?: string;
  readonly osImage?: string;
  readonly kernel?: string;
  readonly kubelet?: string;
  readonly runtime?: string;
  /** What pods may ask for of its CPU (status.allocatable), in thousandths of a core. */
  readonly cpu?: number;
  /**
   * Names in status.images that can be Calico's: it lists 50 images at most, so absence proves nothing
   * (hazard H21), and those of other programs would be most of what is kept of a large cluster.
   */
  readonly images: readonly string[];
  /** How many images it lists in all; undefined: it lists none, so nothing is known of them. */
  readonly imageCount?: number;
  readonly deleting: boolean;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: Millis;
}

interface RawNode {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { key: string; value?: string; effect: string; timeAdded?: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
    readonly nodeInfo?: {
      readonly architecture?: string;
      readonly osImage?: string;
      readonly kernelVersion?: string;
      readonly kubeletVersion?: string;
      readonly containerRuntimeVersion?: string;
    };
    readonly images?: readonly { readonly names?: readonly string[] }[];
    readonly allocatable?: { readonly cpu?: string | number };
  };
}

const reflectorAnnotation = "projectcalico.org/RouteReflectorClusterID";
const unschedulableTaint = "node.kubernetes.io/unschedulable";
const rolePrefix = "node-role.kubernetes.io/";

/** Upstream's names, canal's flannel, the operator's, and what mirrors make of them. */
const mayBeCalicos = /calico|canal|flannel|tigera|typha|cni|node|controller/i;

export function nodeFacts(raw: KubeObject): NodeFacts {
  const { spec, status } = raw as KubeObject & RawNode;
  const { metadata } = raw;
  const labels = metadata.labels ?? {};
  const taints = (spec?.taints ?? []).map((taint) => {
    const timeAdded = parseTime(taint.timeAdded);
    return {
      key: taint.key,
      effect: taint.effect,
      ...(taint.value === undefined ? {} : { value: taint.value }),
      ...(timeAdded === undefined ? {} : { timeAdded }),
    };
  });
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  const cordonedAt = taints.find((taint) => taint.key === unschedulableTaint)?.timeAdded;
  const cordonedBy = spec?.unschedulable === true ? writerOfCordon(metadata.managedFields ?? []) : undefined;
  const readyChanged = parseTime(ready?.lastTransitionTime);
  const lease = parseCordonLease(metadata.annotations?.[cordonAnnotation]);
  const record = metadata.annotations?.[recordAnnotation];
  const info = status?.nodeInfo;
  const routeReflector = metadata.annotations?.[reflectorAnnotation] ?? "";
  const cpu = milliCpu(status?.allocatable?.cpu);
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    created: parseTime(metadata.creationTimestamp) ?? 0,
    labels,
    unschedulable: spec?.unschedulable === true,
    taints,
    ready: ready?.status === "True" ? true : ready?.status === "False" ? false : "unknown",
    roles: nodeRoles(labels),
    images: (status?.images ?? []).flatMap(({ names }) =>
      (names ?? []).filter((name) => mayBeCalicos.test(name)),
    ),
    deleting: metadata.deletionTimestamp !== undefined,
    ...(status?.images === undefined || status.images.length === 0
      ? {}
      : { imageCount: status.images.length }),
    ...(cordonedAt === undefined ? {} : { cordonedAt }),
    ...(ready?.status === "True" || ready?.reason === undefined ? {} : { readyReason: ready.reason }),
    ...(ready?.status === "True" || ready?.message === undefined ? {} : { readyMessage: ready.message }),
    ...(cordonedBy === undefined ? {} : { cordonedBy }),
    ...(readyChanged === undefined ? {} : { readyChanged }),
    ...(lease === undefined ? {} : { lease }),
    ...(record === undefined ? {} : { record: record.slice(0, mostRecordBytes + 1) }),
    ...(routeReflector === "" ? {} : { routeReflector }),
    ...(info?.architecture === undefined ? {} : { arch: info.architecture }),
    ...(info?.osImage === undefined ? {} : { osImage: info.osImage }),
    ...(info?.kernelVersion === undefined ? {} : { kernel: info.kernelVersion }),
    ...(info?.kubeletVersion === undefined ? {} : { kubelet: info.kubeletVersion }),
    ...(info?.containerRuntimeVersion === undefined ? {} : { runtime: info.containerRuntimeVersion }),
    ...(cpu === undefined ? {} : { cpu }),
  };
}

function writerOfCordon(managedFields: readonly ManagedFieldsEntry[]): string | undefined {
  const entry = managedFields.find(({ fieldsV1 }) => {
    const spec = fieldsV1?.["f:spec"];
    return typeof spec === "object" && spec !== null && "f:unschedulable" in spec;
  });
  return entry?.manager;
}

/** Roles as `kubectl get nodes` reads them: node-role.kubernetes.io/ROLE labels, and kubernetes.io/role. */
function nodeRoles(labels: Readonly<Record<string, string>>): readonly string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(labels)) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].sort();
}

const controlPlaneRoles = new Set(["control-plane", "master"]);

export function isControlPlane({ roles }: Pick<NodeFacts, "roles">): boolean {
  return roles.some((role) => controlPlaneRoles.has(role));
}
