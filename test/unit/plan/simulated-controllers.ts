import { apiError } from "../../../src/errors.ts";
import { daemonSetFacts, type DaemonSetFacts } from "../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { parseRunLease, type RunLease } from "../../../src/model/lease.ts";
import { runAnnotation } from "../../../src/model/names.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { formatTime } from "../../../src/model/time.ts";
import { isControllerPod, workloadFacts } from "../../../src/model/workload.ts";
import type { Write } from "../../../src/model/write.ts";
import type { LiveWorld } from "../../../src/perform/run.ts";
import type { ControllerWorld } from "../../../src/plan/controller/world.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { now as start } from "./world.ts";

interface Workload {
  readonly kind: "Deployment" | "ReplicaSet";
  readonly name: string;
  readonly uid: string;
  version: number;
  generation: number;
  replicas: number;
  image: string;
  annotations: Record<string, string>;
}

interface Pod {
  readonly uid: string;
  readonly owner: string;
  readonly image: string;
  readonly born: number;
  deletedAt?: number;
}

export interface Timing {
  /** How long a pod needs to end, to start its container, and to be Ready after that; milliseconds. */
  readonly ends: number;
  readonly starts: number;
  readonly ready: number;
}

/**
 * What an API server, the Deployment and ReplicaSet controllers and a kubelet do with Calico's
 * controllers, with a clock of its own. A ReplicaSet makes a new pod while an old one still ends; a
 * Recreate Deployment waits for that.
 */
export class SimulatedControllers extends SimulatedServer implements LiveWorld<ControllerWorld> {
  /** The most pods that were there at once, those that end included. */
  mostAtOnce = 0;
  readonly log: string[] = [];
  #lease: string | undefined;
  #leaseVersion = 1;
  #daemonSetFacts: DaemonSetFacts | undefined;
  #version = 100;
  #pods: Pod[] = [];
  readonly #timing: Timing;
  readonly #workloads: Workload[];

  constructor(
    workloads: readonly Pick<Workload, "kind" | "name" | "replicas" | "image">[],
    timing: Timing = { ends: 700, starts: 300, ready: 900 },
  ) {
    super();
    this.#timing = timing;
    this.#workloads = workloads.map((each) => this.#made(each));
    this.#control();
    for (const pod of this.#pods) Object.assign(pod, { born: start - 3_600_000 });
  }

  workload(kind: string, name: string): Workload | undefined {
    return this.#workloads.find((each) => each.kind === kind && each.name === name);
  }

  /** Images of the pods that are there and do not end. */
  get running(): readonly string[] {
    return this.#pods.filter(({ deletedAt }) => deletedAt === undefined).map(({ image }) => image);
  }

  /** Somebody else's doing. */
  scale(kind: string, name: string, replicas: number): void {
    const workload = this.workload(kind, name);
    if (workload === undefined) return;
    Object.assign(workload, { replicas, version: (this.#version += 1) });
    this.#control();
  }

  /** The lease on the install's DaemonSet, as its annotation has it. */
  get lease(): RunLease | "unreadable" | undefined {
    return parseRunLease(this.#lease);
  }

  /** What somebody else wrote there. */
  set leaseText(text: string | undefined) {
    this.#lease = text;
    this.#leaseVersion += 1;
    this.#daemonSetFacts = undefined;
  }

  snapshot(): ControllerWorld {
    return {
      daemonSet: (this.#daemonSetFacts ??= daemonSetFacts(this.#daemonSet())),
      workloads: this.#workloads.flatMap((each) => {
        const raw = this.raw(each);
        const facts = workloadFacts(raw);
        return facts === undefined ? [] : [{ raw, facts }];
      }),
      pods: this.#pods.map((pod) => podFacts(this.#rawPod(pod))).filter(isControllerPod),
      nodes: new Map(),
      events: [],
    };
  }

  async changed(until: number): Promise<void> {
    this.advance(Math.max(50, Math.min(until - this.now, 200)));
  }

  advance(time: number): void {
    // In small steps: what happens in between must be seen.
    for (let left = time; left > 0; left -= 50) {
      this.now += Math.min(left, 50);
      this.#pods = this.#pods.filter(
        ({ deletedAt }) => deletedAt === undefined || this.now - deletedAt < this.#timing.ends,
      );
      this.#control();
    }
  }

  raw(workload: Workload): KubeObject {
    const own = this.#podsOf(workload);
    const { kind, name, uid, replicas, image, annotations, version, generation } = workload;
    return {
      apiVersion: "apps/v1",
      kind,
      metadata: {
        name,
        namespace: "kube-system",
        uid,
        resourceVersion: String(version),
        generation,
        annotations: { ...annotations },
      },
      spec: {
        replicas,
        ...(kind === "Deployment" ? { strategy: { type: "Recreate" } } : {}),
        template: { spec: { containers: [{ name, image }] } },
      },
      status: {
        observedGeneration: generation,
        replicas: own.length,
        readyReplicas: own.filter((pod) => this.#isReady(pod)).length,
        updatedReplicas: own.filter((pod) => pod.image === image).length,
      },
    };
  }

  #daemonSet(): KubeObject {
    return {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: {
        name: "calico-node",
        namespace: "kube-system",
        uid: "ds",
        resourceVersion: String(this.#leaseVersion),
        ...(this.#lease === undefined ? {} : { annotations: { [runAnnotation]: this.#lease } }),
      },
    };
  }

  #writeLease(write: Write): KubeObject {
    const { metadata } = (write.verb === "delete" ? {} : write.body) as Partial<KubeObject>;
    if (metadata?.resourceVersion !== String(this.#leaseVersion))
      throw apiError({ status: 409, reason: "Conflict", message: "changed" });
    this.leaseText = metadata.annotations?.[runAnnotation] ?? undefined;
    return this.#daemonSet();
  }

  #made({ kind, name, replicas, image }: Pick<Workload, "kind" | "name" | "replicas" | "image">): Workload {
    this.#version += 1;
    const uid = `${kind}-${name}-${String(this.#version)}`;
    return { kind, name, uid, replicas, image, annotations: {}, version: this.#version, generation: 1 };
  }

  /** The controllers of kube-controller-manager, once around. */
  #control(): void {
    for (const workload of this.#workloads) {
      const own = this.#podsOf(workload);
      if (workload.kind === "Deployment") {
        const old = own.filter(({ image }) => image !== workload.image);
        for (const pod of workload.replicas === 0 ? own : old) pod.deletedAt ??= this.now;
        const ending = this.#pods.some((pod) => pod.owner === workload.uid);
        if (ending && (old.length > 0 || own.length === 0)) continue;
      } else if (workload.replicas === 0) for (const pod of own) pod.deletedAt ??= this.now;
      for (let count = own.length; count < workload.replicas; count += 1) {
        this.#version += 1;
        const uid = `pod-${String(this.#version)}`;
        this.#pods.push({ uid, owner: workload.uid, image: workload.image, born: this.now });
      }
    }
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#pods.length);
  }

  #podsOf(workload: Workload): Pod[] {
    return this.#pods.filter(({ owner, deletedAt }) => owner === workload.uid && deletedAt === undefined);
  }

  #isReady(pod: Pod): boolean {
    return this.now - pod.born >= this.#timing.starts + this.#timing.ready;
  }

  #rawPod(pod: Pod): KubeObject {
    const { uid, owner, image, born, deletedAt } = pod;
    const startedAt = born + this.#timing.starts;
    const ready = this.#isReady(pod);
    const name = "calico-kube-controllers";
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: uid,
        namespace: "kube-system",
        uid,
        resourceVersion: "1",
        ...(deletedAt === undefined ? {} : { deletionTimestamp: formatTime(deletedAt) }),
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: owner, controller: true },
        ],
      },
      spec: { nodeName: "node-01", containers: [{ name, image }] },
      status: {
        phase: "Running",
        conditions: [
          { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: formatTime(born) },
        ],
        containerStatuses: [
          {
            name,
            ready,
            restartCount: 0,
            containerID: `c-${uid}`,
            state: this.now >= startedAt ? { running: { startedAt: formatTime(startedAt) } } : {},
          },
        ],
      },
    };
  }

  protected apply(write: Write): KubeObject {
    const { ref } = write;
    if (ref.kind === "DaemonSet") return this.#writeLease(write);
    const live = this.workload(ref.kind, ref.name);
    const body = (write.verb === "delete" ? {} : write.body) as {
      readonly metadata?: {
        readonly resourceVersion?: string;
        readonly annotations?: Record<string, string | null>;
      };
      readonly spec?: {
        readonly replicas?: number;
        readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
      };
    };
    if (write.verb === "create") {
      if (live !== undefined) throw apiError({ status: 409, reason: "AlreadyExists", message: "exists" });
      this.log.push(`create ${ref.name}`);
      const made = this.#made({
        kind: ref.kind as Workload["kind"],
        name: ref.name,
        replicas: body.spec?.replicas ?? 1,
        image: body.spec?.template?.spec.containers[0]?.image ?? "",
      });
      this.#workloads.push(made);
      this.#control();
      return this.raw(made);
    }
    if (live === undefined) throw apiError({ status: 404, reason: "NotFound", message: "not found" });
    if (body.metadata?.resourceVersion !== String(live.version))
      throw apiError({ status: 409, reason: "Conflict", message: "changed" });
    this.log.push(
      `${write.verb === "patch" ? (write.subresource ?? "patch") : write.verb} ${ref.kind}/${ref.name}`,
    );
    this.#version += 1;
    live.version = this.#version;
    live.generation += 1;
    live.replicas = body.spec?.replicas ?? live.replicas;
    live.image = body.spec?.template?.spec.containers[0]?.image ?? live.image;
    for (const [key, value] of Object.entries(body.metadata?.annotations ?? {})) {
      if (value === null) delete live.annotations[key];
      else live.annotations[key] = value;
    }
    this.#control();
    return this.raw(live);
  }
}
