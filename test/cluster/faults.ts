/** What can go wrong in a cluster, set and removed while it runs. */
import { setTimeout } from "node:timers/promises";
import type { Api } from "./api.ts";
import { at, type KubeObject, listAt } from "./kube-object.ts";
import {
  crashes,
  type FaultContext,
  holdingFinalizer,
  neverReady,
  pullFails,
  slowPull,
  terminatesSlowly,
} from "./kubelet/fault-stages.ts";
import { crashLogs, writeContainerLog } from "./kubelet/logs.ts";
import type { ContainerRuntime } from "./kubelet/pod-template.ts";
import type { Scope } from "./kubelet/scope.ts";
import { stagesPath, stirStages } from "./kubelet/stir.ts";
import { createObject } from "./objects.ts";
import { waitFor } from "./wait.ts";

export type { Scope } from "./kubelet/scope.ts";

/** A node by its name, or what is hit, in detail. */
export type Target = string | Scope;

export type RemoveFault = () => Promise<void>;

export type Faults = {
  /** Pulling an image takes so long, for containers that start from now on. */
  readonly slowPull: (target: Target, delayMs: number) => Promise<RemoveFault>;
  /** Containers that start from now on wait with ErrImagePull. */
  readonly errImagePull: (target: Target) => Promise<RemoveFault>;
  /** Containers that start from now on come to wait with ImagePullBackOff. */
  readonly imagePullBackOff: (target: Target) => Promise<RemoveFault>;
  /** Containers that start from now on exit over and over. */
  readonly crashLoopBackOff: (target: Target, options?: CrashLoopOptions) => Promise<RemoveFault>;
  /** Containers that start from now on run and do not get ready. */
  readonly runningNeverReady: (target: Target) => Promise<RemoveFault>;
  /** Deleted pods stay Terminating so long, with any grace period. */
  readonly slowTermination: (target: Target, delayMs: number) => Promise<RemoveFault>;
  /** No pod finds room on the node any more; those that are there stay. */
  readonly podNeverScheduledBack: (node: string, options?: NoRoomOptions) => Promise<RemoveFault>;
  /** The kubelet says nothing any more; answers when the node is seen as lost. */
  readonly silentNode: (node: string, options?: { readonly wait?: boolean }) => Promise<RemoveFault>;
};

export type CrashLoopOptions = {
  readonly exitCode?: number;
  /** Between a crash and the next start. */
  readonly backOffMs?: number;
  /** What the container writes before it exits. */
  readonly logs?: readonly string[];
};

export type NoRoomOptions = { readonly by?: "allocatable" | "taint" };

export type FaultsOptions = {
  readonly api: Api;
  readonly runtime: ContainerRuntime;
  readonly logFolder: string;
};

export function createFaults({ api, runtime, logFolder }: FaultsOptions): Faults {
  let count = 0;
  const context = (kind: string, target: Target): FaultContext => {
    count += 1;
    const scope = typeof target === "string" ? { node: target } : target;
    return { name: `fault-${kind}-${process.pid}-${count}`, scope, runtime };
  };

  const podsIn = async ({ node, namespace, image = "" }: Scope) => {
    const selector = node === undefined ? "" : `?fieldSelector=spec.nodeName%3D${node}`;
    const path = namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
    const pods = listAt(await api.ask("GET", `${path}${selector}`), "items") as KubeObject[];
    // Of hundreds the others need not look.
    return pods.filter(({ spec }) =>
      [...listAt(spec, "initContainers"), ...listAt(spec, "containers")].some((container) =>
        String(at(container, "image")).includes(image),
      ),
    );
  };

  /** Pods act on a change of Stages at their own next change: here it is. */
  const touchPods = async (pods: readonly KubeObject[]) => {
    const touch = { metadata: { annotations: { "calico-upgrade.test/touched": new Date().toISOString() } } };
    await Promise.all(pods.map((pod) => api.request("PATCH", podPath(pod), touch)));
  };

  /**
   * kwok hears of a change of Stages a little later. A pod that was touched before that has acted on the old
   * ones, and nothing would come to it any more: it is touched again, as a kubelet looks again by itself.
   */
  const touchAgain = async (scope: Scope, wanted: (pod: KubeObject) => boolean): Promise<void> => {
    for (const wait of [100, 300, 1000, 3000, 6000]) {
      await setTimeout(wait, undefined, { ref: false });
      const left = (await podsIn(scope)).filter(
        (pod) => pod.metadata.deletionTimestamp === undefined && !wanted(pod),
      );
      if (left.length === 0) return;
      await stirStages(api);
      await touchPods(left);
    }
  };
  /** The cluster may be gone by then. */
  const inBackground = (work: Promise<void>): void => void work.catch(() => undefined);

  const inject = async (
    stages: readonly KubeObject[],
    scope: Scope,
    /** What pods that run already come to look like; absent: they stay as they are. */
    shows?: (pod: KubeObject) => boolean,
  ): Promise<RemoveFault> => {
    await Promise.all(stages.map((stage) => createObject(api, stage)));
    if (shows !== undefined) {
      await touchPods(await podsIn(scope));
      inBackground(touchAgain(scope, shows));
    }
    return async () => {
      await Promise.all(
        stages.map(({ metadata }) => api.request("DELETE", `${stagesPath}/${metadata.name}`)),
      );
      await touchPods(await podsIn(scope));
      inBackground(touchAgain(scope, isReady));
    };
  };

  return {
    slowPull: (target, delayMs) => {
      const fault = context("slow-pull", target);
      return inject(slowPull(fault, delayMs), fault.scope);
    },
    errImagePull: (target) => {
      const fault = context("err-image-pull", target);
      return inject(pullFails(fault, "ErrImagePull"), fault.scope);
    },
    imagePullBackOff: (target) => {
      const fault = context("image-pull-back-off", target);
      return inject(pullFails(fault, "ImagePullBackOff"), fault.scope);
    },
    crashLoopBackOff: (target, { exitCode = 1, backOffMs = 2000, logs = defaultCrashLog } = {}) => {
      const fault = context("crash-loop", target);
      const file = writeContainerLog(logFolder, fault.name, logs);
      const stages = crashes(fault, { exitCode, backOffMs, logs: crashLogs(file) });
      return inject(stages, fault.scope, fault.scope.running === true ? isNotReady : undefined);
    },
    runningNeverReady: (target) => {
      const fault = context("never-ready", target);
      return inject(neverReady(fault), fault.scope, fault.scope.running === true ? isNotReady : undefined);
    },
    slowTermination: async (target, delayMs) => {
      const fault = context("slow-termination", target);
      const remove = await inject(terminatesSlowly(fault, delayMs), fault.scope, isHeld);
      await allHeld(api, fault.scope);
      return async () => {
        await remove();
        await dropFinalizers(api);
      };
    },
    podNeverScheduledBack: (node, { by = "allocatable" } = {}) =>
      by === "taint" ? taintNode(api, node) : shrinkNode(api, node),
    silentNode: (node, { wait = true } = {}) => silenceNode(api, node, wait),
  };
}

const defaultCrashLog = ["Starting", "Calico node failed to start: no connection to the datastore"];

function isReady(pod: KubeObject): boolean {
  return listAt(pod, "status", "conditions").some(
    (each) => at(each, "type") === "Ready" && at(each, "status") === "True",
  );
}

const isNotReady = (pod: KubeObject): boolean => !isReady(pod);

function isHeld({ metadata }: KubeObject): boolean {
  return listAt(metadata, "finalizers").includes(holdingFinalizer);
}

function podPath({ metadata }: KubeObject): string {
  return `/api/v1/namespaces/${metadata.namespace ?? "default"}/pods/${metadata.name}`;
}

/** A pod deleted before it holds the finalizer would end quickly. */
async function allHeld(api: Api, { node, image = "", container }: Scope): Promise<void> {
  await waitFor(api, "/api/v1/pods", (pods) =>
    pods.every((pod) => {
      if (node !== undefined && at(pod, "spec", "nodeName") !== node) return true;
      const containers = listAt(pod, "status", "containerStatuses");
      const isHit = containers.some(
        (status) =>
          String(at(status, "image")).includes(image) &&
          (container === undefined || at(status, "name") === container),
      );
      return !isHit || pod.metadata.deletionTimestamp !== undefined || isHeld(pod);
    }),
  );
}

async function dropFinalizers(api: Api): Promise<void> {
  const pods = listAt(await api.ask("GET", "/api/v1/pods"), "items") as KubeObject[];
  const held = pods.filter(isHeld);
  await Promise.all(
    held.map((pod) => {
      const finalizers = listAt(pod, "metadata", "finalizers").filter((name) => name !== holdingFinalizer);
      return api.request("PATCH", podPath(pod), { metadata: { finalizers } });
    }),
  );
}

async function shrinkNode(api: Api, node: string): Promise<RemoveFault> {
  const path = `/api/v1/nodes/${node}/status`;
  const before = at(await api.ask("GET", `/api/v1/nodes/${node}`), "status", "allocatable");
  // No pod at all, because old manifests ask for no CPU.
  await api.ask("PATCH", path, { status: { allocatable: { cpu: "1m", pods: "0" } } });
  return async () => void (await api.ask("PATCH", path, { status: { allocatable: before } }));
}

/** A taint that every pod of Calico tolerates from v2.6 on would not do. */
async function taintNode(api: Api, node: string): Promise<RemoveFault> {
  const path = `/api/v1/nodes/${node}`;
  const before = listAt(await api.ask("GET", path), "spec", "taints");
  const taint = { key: "calico-upgrade.test/full", effect: "NoSchedule" };
  await api.ask("PATCH", path, { spec: { taints: [...before, taint] } });
  return async () => {
    const taints = listAt(await api.ask("GET", path), "spec", "taints");
    await api.ask("PATCH", path, {
      spec: { taints: taints.filter((other) => at(other, "key") !== taint.key) },
    });
  };
}

async function silenceNode(api: Api, node: string, wait: boolean): Promise<RemoveFault> {
  const path = `/api/v1/nodes/${node}`;
  await api.ask("PATCH", path, { metadata: { labels: { kubelet: null } } });
  if (wait) await readyIs(api, node, "Unknown");
  return async () => {
    await api.ask("PATCH", path, { metadata: { labels: { kubelet: "alive" } } });
    await readyIs(api, node, "True");
  };
}

async function readyIs(api: Api, node: string, wanted: string): Promise<void> {
  const isWanted = (condition: unknown) =>
    at(condition, "type") === "Ready" && at(condition, "status") === wanted;
  await waitFor(
    api,
    `/api/v1/nodes?fieldSelector=metadata.name%3D${node}`,
    (nodes) => nodes.some((found) => listAt(found, "status", "conditions").some(isWanted)),
    { timeoutMs: 60_000, what: `${node} Ready ${wanted}` },
  );
}
