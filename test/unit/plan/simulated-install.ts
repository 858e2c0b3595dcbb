import { apiError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { configChangedAnnotation, lastAppliedAnnotation } from "../../../src/model/names.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import { podFacts, type PodFacts } from "../../../src/model/pod.ts";
import { formatTime } from "../../../src/model/time.ts";
import { workloadFacts } from "../../../src/model/workload.ts";
import type { Write } from "../../../src/model/write.ts";
import type { LiveWorld } from "../../../src/perform/run.ts";
import type { Readers } from "../../../src/plan/config/stale.ts";
import type { ObjectsWorld } from "../../../src/plan/objects/procedure.ts";
import type { SequenceWorld } from "../../../src/plan/sequence/procedure.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { now as start } from "./world.ts";

interface Raw {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    annotations: Record<string, string>;
    managedFields?: unknown;
  };
  [field: string]: unknown;
}

const env = [
  {
    name: "FELIX_IPINIPMTU",
    valueFrom: { configMapKeyRef: { name: "calico-config", key: "veth_mtu" } },
  },
];

export const configRef = {
  group: "",
  version: "v1",
  resource: "configmaps",
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "calico-config",
};
export const typhaRef = {
  group: "apps",
  version: "v1",
  resource: "deployments",
  kind: "Deployment",
  namespace: "kube-system",
  name: "calico-typha",
};
export const daemonSetRef = {
  group: "apps",
  version: "v1",
  resource: "daemonsets",
  kind: "DaemonSet",
  namespace: "kube-system",
  name: "calico-node",
};

/**
 * The same cluster with a ConfigMap that calico-node and Typha read. `server`: it was applied server-side. Typha's
 * rollout takes two seconds.
 */
export class SimulatedInstall extends SimulatedCluster {
  #config: Raw;
  #typha: Raw;
  #typhaStarted = start - 3_600_000;
  #rollout: number | undefined;
  #changes = 5_000;

  constructor(nodes: readonly string[], applied: "client" | "server") {
    super({ nodes, cordoned: [], strategy: { type: "RollingUpdate" }, env });
    const data = { veth_mtu: "0", other: "new release" };
    this.#config = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "calico-config",
        namespace: "kube-system",
        uid: "cm",
        resourceVersion: "1",
        annotations: {},
      },
      data,
    };
    if (applied === "server")
      this.#config.metadata.managedFields = [
        {
          manager: "kubectl",
          operation: "Apply",
          apiVersion: "v1",
          time: formatTime(start - 3_600_000),
          fieldsV1: { "f:data": { "f:veth_mtu": {}, "f:other": {} } },
        },
      ];
    else {
      // A release behind, as between the steps of an upgrade.
      const last = {
        ...this.#config,
        metadata: { name: "calico-config", namespace: "kube-system", annotations: {} },
      };
      this.#config.metadata.annotations[lastAppliedAnnotation] = JSON.stringify({
        ...last,
        data: { ...data, other: "old release" },
      });
    }
    this.#typha = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "calico-typha",
        namespace: "kube-system",
        uid: "typha",
        resourceVersion: "1",
        generation: 1,
        annotations: {},
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { "k8s-app": "calico-typha" } },
        template: {
          metadata: { labels: { "k8s-app": "calico-typha" } },
          spec: { containers: [{ name: "calico-typha", image: "calico/typha:v3.1.0", env }] },
        },
      },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    };
  }

  get config(): KubeObject {
    return structuredClone(this.#config) as unknown as KubeObject;
  }

  get note(): string | undefined {
    return this.#config.metadata.annotations[configChangedAnnotation];
  }

  get typhaStarted(): number {
    return this.#typhaStarted;
  }

  /** Who reads the ConfigMap. */
  readers(): Readers {
    const { daemonSet, pods } = this.snapshot();
    const typha = workloadFacts(structuredClone(this.#typha) as unknown as KubeObject);
    if (daemonSet === undefined) throw new Error("there is a DaemonSet");
    return {
      daemonSet: daemonSet.facts,
      workloads: typha === undefined ? [] : [typha],
      pods: { known: true, value: [...pods, this.#typhaPod()] },
    };
  }

  objects(): LiveWorld<ObjectsWorld> {
    return this.#as(
      () =>
        new Map([
          [objectKey(configRef), this.config],
          [objectKey(typhaRef), structuredClone(this.#typha) as unknown as KubeObject],
          [objectKey(daemonSetRef), this.snapshot().daemonSet?.raw],
        ]),
    );
  }

  run(): LiveWorld<SequenceWorld> {
    return this.#as(() => {
      const facts = this.snapshot().daemonSet?.facts;
      return facts === undefined ? {} : { daemonSet: facts };
    });
  }

  override advance(time: number): void {
    super.advance(time);
    if (this.#rollout === undefined || this.now < this.#rollout) return;
    this.#rollout = undefined;
    this.#typhaStarted = this.now;
    this.#typha["status"] = {
      observedGeneration: this.#typha.metadata.generation,
      replicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
    };
  }

  protected override apply(write: Write): KubeObject | undefined {
    const object =
      write.ref.resource === "configmaps"
        ? this.#config
        : write.ref.resource === "deployments"
          ? this.#typha
          : undefined;
    if (object === undefined) return super.apply(write);
    this.log.push(`${write.verb} ${write.ref.resource}/${write.ref.name}`);
    if (write.verb !== "patch") throw new Error(`unexpected ${write.verb}`);
    const body = write.body as {
      metadata: { resourceVersion?: string; annotations?: Record<string, string | null> };
      data?: Record<string, string | null>;
      spec?: unknown;
    };
    if (body.metadata.resourceVersion !== object.metadata.resourceVersion)
      throw apiError({ status: 409, reason: "Conflict", message: "changed" });
    merge(object.metadata.annotations, body.metadata.annotations ?? {});
    merge((object["data"] ?? {}) as Record<string, string>, body.data ?? {});
    if (object === this.#typha && body.spec !== undefined) {
      object.metadata.generation = (object.metadata.generation ?? 1) + 1;
      this.#rollout = this.now + 2_000;
    }
    object.metadata.resourceVersion = String((this.#changes += 1));
    return structuredClone(object) as unknown as KubeObject;
  }

  #as<World>(snapshot: () => World): LiveWorld<World> {
    return {
      snapshot,
      changed: async (until) => await this.changed(until),
      absorb: () => {},
      refresh: async () => await this.refresh(),
      fetchEvents: async () => {},
    };
  }

  #typhaPod(): PodFacts {
    return podFacts({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "calico-typha-x",
        namespace: "kube-system",
        uid: "typha-x",
        creationTimestamp: formatTime(this.#typhaStarted),
        labels: { "k8s-app": "calico-typha" },
      },
      spec: { containers: [{ name: "calico-typha", image: "calico/typha:v3.1.0" }] },
      status: {
        phase: "Running",
        containerStatuses: [
          { name: "calico-typha", state: { running: { startedAt: formatTime(this.#typhaStarted) } } },
        ],
      },
    });
  }
}

function merge(target: Record<string, string>, change: Record<string, string | null>): void {
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete target[key];
    else target[key] = value;
  }
}
