import { calicoImage, parseImage } from "./image.ts";
import type { KubeObject } from "./kube.ts";
import { parseTime, type Millis } from "./time.ts";

/** What we read of a calico-node pod. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly created: Millis;
  readonly deletedAt?: Millis;
  readonly gracePeriod?: number;
  /** spec.terminationGracePeriodSeconds: what a plain delete of it takes at most. */
  readonly terminationGracePeriod?: number;
  /**
   * Its node: spec.nodeName, or for a Pending pod that the scheduler has not placed yet the node its
   * affinity names (Kubernetes 1.12 and later; hazard H10).
   */
  readonly node?: string;
  readonly scheduled: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** UID of the controller that made it. */
  readonly owner?: string;
  /** `controller-revision-hash`, and the DaemonSet generation it was made from (hazard H11). */
  readonly revisionHash?: string;
  readonly templateGeneration?: string;
  readonly phase: string;
  /** status.podIP: there is one once the CNI plugin has answered. */
  readonly ip?: string;
  readonly reason?: string;
  readonly message?: string;
  /** The Ready condition. */
  readonly ready: boolean;
  readonly readySince?: Millis;
  /** When Ready went away; absent while it is Ready, and where it never was. */
  readonly notReadySince?: Millis;
  /** Why the scheduler cannot place it. */
  readonly unschedulable?: string;
  readonly initContainers: readonly ContainerFacts[];
  readonly containers: readonly ContainerFacts[];
}

/** One container: what the template asks for and what the kubelet says of it. */
export interface ContainerFacts {
  readonly name: string;
  /** As the pod's spec has it. */
  readonly image: string;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly startedAt?: Millis;
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly terminated?: Terminated;
  /** The state before the present one: where a crash loop says why. */
  readonly last?: Terminated;
}

export interface Terminated {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly startedAt?: Millis;
  readonly finishedAt?: Millis;
}

interface RawTerminated {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

interface RawStatus {
  readonly name: string;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: RawTerminated;
  };
  readonly lastState?: { readonly terminated?: RawTerminated };
}

interface RawContainer {
  readonly name: string;
  readonly image?: string;
}

interface RawPod {
  readonly spec?: {
    readonly nodeName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms?: readonly {
            readonly matchFields?: readonly { key: string; operator: string; values?: readonly string[] }[];
          }[];
        };
      };
    };
    readonly containers?: readonly RawContainer[];
    readonly initContainers?: readonly RawContainer[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      type: string;
      status: string;
      reason?: string;
      message?: string;
      lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly RawStatus[];
    readonly initContainerStatuses?: readonly RawStatus[];
  };
}

export function podFacts(raw: KubeObject): PodFacts {
  const { spec, status } = raw as KubeObject & RawPod;
  const { metadata } = raw;
  const labels = metadata.labels ?? {};
  const condition = (type: string) => status?.conditions?.find((entry) => entry.type === type);
  const ready = condition("Ready");
  const scheduled = condition("PodScheduled");
  const readySince = ready?.status === "True" ? parseTime(ready.lastTransitionTime) : undefined;
  // A pod that has never been Ready has the time of its own beginning there.
  const unready = ready?.status === "False" ? parseTime(ready.lastTransitionTime) : undefined;
  const started = parseTime(metadata.creationTimestamp) ?? 0;
  const notReadySince = unready !== undefined && unready - started > 2_000 ? unready : undefined;
  const deletedAt = parseTime(metadata.deletionTimestamp);
  const node = spec?.nodeName ?? affineNode(spec);
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
  const revisionHash = labels["controller-revision-hash"];
  const templateGeneration = labels["pod-template-generation"];
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    created: parseTime(metadata.creationTimestamp) ?? 0,
    scheduled: spec?.nodeName !== undefined && spec.nodeName !== "",
    labels,
    annotations: metadata.annotations ?? {},
    phase: status?.phase ?? "Unknown",
    ready: ready?.status === "True",
    initContainers: containers(spec?.initContainers, status?.initContainerStatuses),
    containers: containers(spec?.containers, status?.containerStatuses),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(metadata.deletionGracePeriodSeconds === undefined
      ? {}
      : { gracePeriod: metadata.deletionGracePeriodSeconds }),
    ...(spec?.terminationGracePeriodSeconds === undefined
      ? {}
      : { terminationGracePeriod: spec.terminationGracePeriodSeconds }),
    ...(node === undefined ? {} : { node }),
    ...(owner === undefined ? {} : { owner }),
    ...(revisionHash === undefined ? {} : { revisionHash }),
    ...(templateGeneration === undefined ? {} : { templateGeneration }),
    ...(status?.podIP === undefined || status.podIP === "" ? {} : { ip: status.podIP }),
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
    ...(status?.message === undefined ? {} : { message: status.message }),
    ...(readySince === undefined ? {} : { readySince }),
    ...(notReadySince === undefined ? {} : { notReadySince }),
    ...(scheduled?.status === "False"
      ? { unschedulable: scheduled.message ?? scheduled.reason ?? "not scheduled" }
      : {}),
  };
}

/** The DaemonSet controller pins a pod to its node through `matchFields metadata.name` (hazard H10). */
function affineNode(spec: RawPod["spec"]): string | undefined {
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const term of terms) {
    for (const field of term.matchFields ?? []) {
      if (field.key === "metadata.name" && field.operator === "In" && field.values?.length === 1)
        return field.values[0];
    }
  }
  return undefined;
}

function containers(
  specs: readonly RawContainer[] | undefined,
  statuses: readonly RawStatus[] | undefined,
): readonly ContainerFacts[] {
  return (specs ?? []).map((spec) => {
    const status = statuses?.find((entry) => entry.name === spec.name);
    const startedAt = parseTime(status?.state?.running?.startedAt);
    const waiting = status?.state?.waiting;
    const terminated = terminatedFacts(status?.state?.terminated);
    const last = terminatedFacts(status?.lastState?.terminated);
    return {
      name: spec.name,
      image: spec.image ?? "",
      ready: status?.ready === true,
      restarts: status?.restartCount ?? 0,
      ...(status?.imageID === undefined || status.imageID === "" ? {} : { imageID: status.imageID }),
      ...(status?.containerID === undefined || status.containerID === ""
        ? {}
        : { containerID: status.containerID }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(waiting === undefined
        ? {}
        : {
            waiting: {
              reason: waiting.reason ?? "Waiting",
              ...(waiting.message === undefined ? {} : { message: waiting.message }),
            },
          }),
      ...(terminated === undefined ? {} : { terminated }),
      ...(last === undefined ? {} : { last }),
    };
  });
}

function terminatedFacts(raw: RawTerminated | undefined): Terminated | undefined {
  if (raw === undefined) return undefined;
  const startedAt = parseTime(raw.startedAt);
  const finishedAt = parseTime(raw.finishedAt);
  return {
    ...(raw.reason === undefined ? {} : { reason: raw.reason }),
    ...(raw.message === undefined ? {} : { message: raw.message }),
    ...(raw.exitCode === undefined ? {} : { exitCode: raw.exitCode }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

/**
 * Whether calico-node has never been started in this pod: what it waits for may be an image that nobody
 * can pull, and nothing runs there that its image tells.
 */
export function hasNotStarted(pod: PodFacts): boolean {
  const container = calicoNode(pod);
  if (container?.waiting === undefined) return false;
  return container.startedAt === undefined && container.last === undefined && container.restarts === 0;
}

/**
 * Whether no kubelet has ever done anything with this pod: virtual nodes, Fargate, nodes without room for it. It
 * holds no routes, and no restart makes it run (hazard H31).
 */
export function neverReachedKubelet(pod: PodFacts): boolean {
  if (pod.phase !== "Pending" || pod.deletedAt !== undefined) return false;
  return [...pod.initContainers, ...pod.containers].every(
    ({ waiting, startedAt, terminated, last, imageID, restarts }) =>
      [waiting, startedAt, terminated, last, imageID].every((each) => each === undefined) && restarts === 0,
  );
}

/** The calico-node container of a pod: by its name, else by its image (calico-facts 1.1). */
export function calicoNode(pod: PodFacts): ContainerFacts | undefined {
  return (
    pod.containers.find(({ name }) => name === "calico-node") ??
    pod.containers.find(({ image }) => calicoImage(parseImage(image)) === "calico/node")
  );
}
