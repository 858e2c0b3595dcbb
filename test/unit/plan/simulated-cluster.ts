import { apiError } from "../../../src/errors.ts";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { revisionFacts } from "../../../src/model/revision.ts";
import { formatTime } from "../../../src/model/time.ts";
import type { Write } from "../../../src/model/write.ts";
import type { LiveWorld } from "../../../src/perform/run.ts";
import type { NodeWorld } from "../../../src/plan/node/world.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { now as start } from "./world.ts";

type Raw = {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & {
    name: string;
    uid: string;
    resourceVersion: string;
    annotations: Record<string, string>;
  };
  [field: string]: unknown;
};

/**
 * What an API server, a DaemonSet controller and kubelets do with the objects of a node run, with a
 * clock of its own: writes are compare-and-swap, a deleted pod comes back after a second, is Ready
 * after another.
 */
export class SimulatedCluster extends SimulatedServer implements LiveWorld<NodeWorld> {
  /** Every write that reached the server, in order. */
  readonly log: string[] = [];
  /** The most calico-node pods that were ever missing or not Ready at once. */
  mostDown = 0;
  #version = 1000;
  readonly #nodes: Map<string, Raw>;
  readonly #pods = new Map<string, Raw>();
  #daemonSet: Raw;
  readonly #revisions: Raw[];
  readonly #comingBack = new Map<string, number>();
  /** The DaemonSet as the watch still shows it, where that is behind the pods'. */
  #behind: Raw | undefined;

  readonly #env: readonly unknown[];
  readonly #beside: readonly { readonly name: string; readonly image: string }[];
  readonly #image: ((generation: number) => string) | undefined;

  /**
   * `env`: of calico-node's container; `image`: what it is, by the template's generation; `beside`: other containers;
   * `age`: how long it has run on a node, an hour unless told otherwise.
   */
  constructor(options: {
    nodes: readonly string[];
    cordoned: readonly string[];
    strategy: unknown;
    env?: readonly unknown[];
    age?: Readonly<Record<string, number>>;
    image?: (generation: number) => string;
    beside?: readonly { readonly name: string; readonly image: string }[];
  }) {
    super();
    this.#image = options.image;
    this.#beside = options.beside ?? [];
    this.#env = options.env ?? [];
    this.#nodes = new Map(
      options.nodes.map((name) => [name, this.#node(name, options.cordoned.includes(name))]),
    );
    this.#daemonSet = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { ...this.#meta("calico-node", "ds"), namespace: "kube-system", generation: 1 },
      spec: {
        updateStrategy: options.strategy,
        selector: { matchLabels: { app: "calico-node" } },
        template: this.#template(1),
      },
      status: { observedGeneration: 1 },
    };
    this.#revisions = [this.#revision(1)];
    for (const name of options.nodes) this.#createPod(name, 1, start - (options.age?.[name] ?? 3_600_000));
  }

  snapshot(): NodeWorld {
    const raw = structuredClone(this.#behind ?? this.#daemonSet) as unknown as KubeObject;
    return {
      daemonSet: { raw, facts: daemonSetFacts(raw) },
      revisions: this.#revisions.map((entry) => revisionFacts(entry as unknown as KubeObject)),
      nodes: new Map(
        [...this.#nodes].map(([name, entry]) => [
          name,
          nodeFacts(structuredClone(entry) as unknown as KubeObject),
        ]),
      ),
      pods: [...this.#pods.values()].map((entry) =>
        podFacts(structuredClone(entry) as unknown as KubeObject),
      ),
      probes: [],
      events: [],
    };
  }

  async changed(until: number): Promise<void> {
    this.advance(Math.max(100, Math.min(until - this.now, 1_000)));
  }

  async confirm(): Promise<void> {
    this.#behind = undefined;
  }

  /**
   * Somebody else puts a strategy back, as kubectl patch does it or, with our annotations, kubectl replace. `unseen`:
   * what the controller makes of it is seen first.
   */
  putStrategyBack(strategy: unknown, by: "patch" | "replace", unseen: boolean): void {
    if (unseen) this.#behind = structuredClone(this.#daemonSet);
    if (by === "replace") this.#daemonSet.metadata.annotations = {};
    (this.#daemonSet["spec"] as Record<string, unknown>)["updateStrategy"] = strategy;
    this.#daemonSet.metadata.resourceVersion = String((this.#version += 1));
    // One at a time, as maxUnavailable says.
    const last = [...this.#pods.values()].findLast((pod) => !this.#isNewest(pod));
    if (last !== undefined) this.#replace(last);
  }

  /** calico-node of a node starts again, or its kubelet falls silent, or the node goes. */
  trouble(what: "restart" | "silent" | "gone", node: string): void {
    const [name, pod] =
      [...this.#pods].find(([, entry]) => (entry["spec"] as { nodeName: string }).nodeName === node) ?? [];
    const raw = this.#nodes.get(node);
    if (what === "restart" && pod !== undefined) {
      const status = pod["status"] as { containerStatuses: { restartCount: number }[] };
      for (const each of status.containerStatuses) each.restartCount += 1;
    }
    if (what === "silent" && raw !== undefined)
      raw["status"] = { conditions: [{ type: "Ready", status: "Unknown" }] };
    if (what !== "gone") return;
    this.#nodes.delete(node);
    if (name !== undefined) this.#pods.delete(name);
    this.#comingBack.delete(node);
  }

  /** A template that no node runs yet. */
  newTemplate(): void {
    this.#mergeSpec(this.#daemonSet, { template: this.templateChange() });
    this.#daemonSet.metadata.resourceVersion = String((this.#version += 1));
  }

  /** What the troubles did is mended. */
  mend(): void {
    for (const node of this.#nodes.values())
      node["status"] = { conditions: [{ type: "Ready", status: "True" }] };
  }

  /** A node joins with a pod of an older revision. */
  join(node: string): void {
    this.#nodes.set(node, this.#node(node, false));
    this.#createPod(node, 1, start - 3_600_000);
  }

  get nodeNames(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  advance(time: number): void {
    this.now += time;
    for (const [node, at] of this.#comingBack) {
      if (this.now < at) continue;
      this.#comingBack.delete(node);
      this.#createPod(node, (this.#daemonSet.metadata["generation"] as number) ?? 1, this.now);
    }
    for (const entry of this.#pods.values()) {
      const status = entry["status"] as {
        conditions: { status: string; lastTransitionTime: string }[];
        containerStatuses: { ready: boolean }[];
      };
      const ready = status.conditions[0];
      if (ready === undefined || ready.status === "True" || this.now - Number(entry["born"]) < 1_000)
        continue;
      ready.status = "True";
      ready.lastTransitionTime = formatTime(this.now);
      for (const container of status.containerStatuses) container.ready = true;
    }
    this.mostDown = Math.max(
      this.mostDown,
      this.#nodes.size - [...this.#pods.values()].filter(isReady).length,
    );
  }

  cordoned(node: string): boolean {
    const spec = this.#nodes.get(node)?.["spec"] as { unschedulable?: boolean } | undefined;
    return spec?.unschedulable === true;
  }

  lease(node: string): string | undefined {
    return this.#nodes.get(node)?.metadata.annotations["calico-upgrade/cordon"];
  }

  record(node: string): string | undefined {
    return this.#nodes.get(node)?.metadata.annotations["calico-upgrade/record"];
  }

  get annotations(): Record<string, string> {
    return this.#daemonSet.metadata.annotations;
  }

  get strategy(): unknown {
    return (this.#daemonSet["spec"] as { updateStrategy: unknown }).updateStrategy;
  }

  generationOf(node: string): number {
    const own = [...this.#pods.values()].find(
      (entry) => (entry["spec"] as { nodeName: string }).nodeName === node,
    );
    const labels = own?.metadata["labels"] as Record<string, string> | undefined;
    return Number(labels?.["controller-revision-hash"]?.slice(1));
  }

  protected apply(write: Write): KubeObject | undefined {
    this.log.push(`${write.verb} ${write.ref.resource}/${write.ref.name}`);
    if (write.verb === "delete") {
      const pod = this.#pods.get(write.ref.name);
      if (pod === undefined) throw apiError({ status: 404, reason: "NotFound", message: "gone" });
      if (pod.metadata.uid !== write.uid)
        throw apiError({ status: 409, reason: "Conflict", message: "another UID" });
      this.#pods.delete(write.ref.name);
      this.#comingBack.set((pod["spec"] as { nodeName: string }).nodeName, this.now + 1_000);
      return undefined;
    }
    if (write.verb !== "patch") throw new Error(`unexpected ${write.verb}`);
    const body = write.body as {
      metadata?: { resourceVersion?: string; annotations?: Record<string, string | null> };
      spec?: Record<string, unknown>;
    };
    const object = write.ref.resource === "nodes" ? this.#nodes.get(write.ref.name) : this.#daemonSet;
    if (object === undefined) throw apiError({ status: 404, reason: "NotFound", message: "gone" });
    const expected = body.metadata?.resourceVersion;
    if (expected !== undefined && expected !== object.metadata.resourceVersion) {
      throw apiError({ status: 409, reason: "Conflict", message: "changed" });
    }
    for (const [key, value] of Object.entries(body.metadata?.annotations ?? {})) {
      if (value === null) delete object.metadata.annotations[key];
      else object.metadata.annotations[key] = value;
    }
    this.#mergeSpec(object, body.spec ?? {});
    object.metadata.resourceVersion = String((this.#version += 1));
    return structuredClone(object);
  }

  #mergeSpec(object: Raw, change: Record<string, unknown>): void {
    const spec = object["spec"] as Record<string, unknown>;
    for (const [key, value] of Object.entries(change)) {
      if (value === null) delete spec[key];
      else if (key === "updateStrategy") spec[key] = withoutNulls(value as Record<string, unknown>);
      else if (key === "template") {
        spec[key] = value;
        const generation = ((object.metadata["generation"] as number) ?? 1) + 1;
        object.metadata["generation"] = generation;
        object["status"] = { observedGeneration: generation };
        this.#revisions.push(this.#revision(generation));
      } else spec[key] = value;
    }
    if (object.kind === "Node") {
      const taints =
        spec["unschedulable"] === true
          ? [
              {
                key: "node.kubernetes.io/unschedulable",
                effect: "NoSchedule",
                timeAdded: formatTime(this.now),
              },
            ]
          : [];
      const had = (spec["taints"] as unknown[] | undefined) ?? [];
      if (taints.length !== had.length) spec["taints"] = taints;
    }
    // The controller's own rollout, as soon as it is allowed: all outdated pods at once.
    const rolls = (this.strategy as { type: string }).type === "RollingUpdate";
    if (!rolls || object.kind !== "DaemonSet") return;
    for (const pod of this.#pods.values()) {
      if (!this.#isNewest(pod)) this.#replace(pod);
    }
  }

  #isNewest(pod: Raw): boolean {
    const hash = (pod.metadata["labels"] as Record<string, string>)["controller-revision-hash"];
    return hash === `r${String(this.#daemonSet.metadata["generation"])}`;
  }

  #replace(pod: Raw): void {
    this.#pods.delete(pod.metadata.name);
    this.#comingBack.set((pod["spec"] as { nodeName: string }).nodeName, this.now + 1_000);
  }

  #meta(name: string, uid: string): Raw["metadata"] {
    return {
      name,
      uid,
      resourceVersion: String((this.#version += 1)),
      creationTimestamp: formatTime(start - 86_400_000),
      annotations: {},
    };
  }

  #node(name: string, unschedulable: boolean): Raw {
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: this.#meta(name, `node-${name}`),
      spec: unschedulable
        ? {
            unschedulable,
            taints: [
              {
                key: "node.kubernetes.io/unschedulable",
                effect: "NoSchedule",
                timeAdded: formatTime(start - 600_000),
              },
            ],
          }
        : {},
      status: { conditions: [{ type: "Ready", status: "True" }] },
    };
  }

  #nodeImage(generation: number): string {
    return this.#image?.(generation) ?? `calico/node:v3.${generation}.0`;
  }

  #template(generation: number): unknown {
    return {
      metadata: { labels: { app: "calico-node" } },
      spec: {
        containers: [
          {
            name: "calico-node",
            image: this.#nodeImage(generation),
            ...(this.#env.length === 0 ? {} : { env: this.#env }),
          },
          ...this.#beside,
        ],
      },
    };
  }

  templateChange(): unknown {
    return this.#template(((this.#daemonSet.metadata["generation"] as number) ?? 1) + 1);
  }

  #revision(generation: number): Raw {
    return {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        ...this.#meta(`calico-node-r${generation}`, `cr-${generation}`),
        labels: { "controller-revision-hash": `r${generation}` },
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "DaemonSet", name: "calico-node", uid: "ds", controller: true },
        ],
      },
      revision: generation,
      data: { spec: { template: this.#template(generation) } },
    };
  }

  #createPod(node: string, generation: number, born: number): void {
    const uid = `pod-${node}-${(this.#version += 1)}`;
    const ready = born < start;
    this.#pods.set(uid, {
      apiVersion: "v1",
      kind: "Pod",
      born,
      metadata: {
        ...this.#meta(uid, uid),
        creationTimestamp: formatTime(born),
        namespace: "kube-system",
        labels: { app: "calico-node", "controller-revision-hash": `r${generation}` },
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "DaemonSet", name: "calico-node", uid: "ds", controller: true },
        ],
      },
      spec: {
        nodeName: node,
        containers: [{ name: "calico-node", image: this.#nodeImage(generation) }, ...this.#beside],
      },
      status: {
        phase: "Running",
        conditions: [
          { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: formatTime(born) },
        ],
        containerStatuses: ["calico-node", ...this.#beside.map(({ name }) => name)].map((name) => ({
          name,
          containerID: `${uid}${name === "calico-node" ? "" : `-${name}`}`,
          ready,
          restartCount: 0,
          state: { running: { startedAt: formatTime(born) } },
        })),
      },
    });
  }
}

function isReady(pod: Raw): boolean {
  return (pod["status"] as { conditions: { status: string }[] }).conditions[0]?.status === "True";
}

function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}
