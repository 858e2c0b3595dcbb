import { daemonSetFacts } from "../../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../../src/model/kube.ts";
import { objectKey } from "../../../../src/model/object-name.ts";
import { podFacts } from "../../../../src/model/pod.ts";
import { formatTime } from "../../../../src/model/time.ts";
import type { LiveWorld } from "../../../../src/perform/run.ts";
import type { PrepullWorld } from "../../../../src/plan/prepull/procedure.ts";
import { SimulatedObjects } from "../simulated-objects.ts";
import { daemonSet, node, now as start } from "../world.ts";

/** What a registry and the kubelets do with pods that pull: an image takes two seconds, or fails with these words. */
export class SimulatedPulls extends SimulatedObjects implements LiveWorld<PrepullWorld> {
  /** By node: the kubelet's reason and words. */
  readonly broken = new Map<string, { readonly reason: string; readonly message: string }>();
  readonly gone = new Set<string>();
  /** The most pods that ever were there at once. */
  most = 0;
  readonly #nodes: readonly string[];

  constructor(nodes: readonly string[]) {
    super();
    this.#nodes = nodes;
    this.put(daemonSet(), "apps");
  }

  pods(): readonly KubeObject[] {
    return [...this.objects.values()].filter(({ kind }) => kind === "Pod");
  }

  lease(): string | undefined {
    return this.#daemonSet()?.metadata.annotations?.["calico-upgrade/run"];
  }

  snapshot(): PrepullWorld {
    this.most = Math.max(this.most, this.pods().length);
    const raw = this.#daemonSet();
    return {
      ...(raw === undefined ? {} : { daemonSet: { raw, facts: daemonSetFacts(raw) } }),
      nodes: new Map(this.#nodes.filter((name) => !this.gone.has(name)).map((name) => [name, node(name)])),
      pods: this.pods().map((pod) => podFacts(this.#asKubeletsSay(pod))),
      events: [],
    };
  }

  /** Another process takes the lease, or ends the run: undefined. */
  takeLease(text: string | undefined): void {
    const raw = this.#daemonSet();
    if (raw === undefined) return;
    const { "calico-upgrade/run": _before, ...others } = raw.metadata.annotations ?? {};
    const annotations = { ...others, ...(text === undefined ? {} : { "calico-upgrade/run": text }) };
    this.put({ ...raw, metadata: { ...raw.metadata, annotations } }, "apps");
  }

  override async changed(): Promise<void> {
    this.advance(1_000);
  }

  #daemonSet(): KubeObject | undefined {
    return this.find({ group: "apps", kind: "DaemonSet", name: "calico-node", namespace: "kube-system" });
  }

  #asKubeletsSay(pod: KubeObject): KubeObject {
    const spec = pod["spec"] as { nodeName: string; containers: { name: string; image: string }[] };
    const created = this.#born(pod);
    const wrong = this.now - created >= 500 ? this.broken.get(spec.nodeName) : undefined;
    const there = this.now - created >= 2_000 && wrong === undefined;
    return {
      ...pod,
      metadata: { ...pod.metadata, creationTimestamp: formatTime(created) },
      status: {
        phase: there ? "Failed" : "Pending",
        containerStatuses: spec.containers.map(({ name, image }) => ({
          name,
          image,
          imageID: there ? `sha256:${image}` : "",
          state: there
            ? { terminated: { reason: "StartError", exitCode: 128 } }
            : { waiting: wrong ?? { reason: "ContainerCreating" } },
        })),
      },
    };
  }

  readonly #times = new Map<string, number>();

  /** When it was seen first: the API's own times have no fractions. */
  #born({ metadata: { uid = "" } }: KubeObject): number {
    const known = this.#times.get(uid);
    if (known !== undefined) return known;
    this.#times.set(uid, Math.max(this.now, start));
    return this.now;
  }

  /** Somebody deletes a pod of ours. */
  lose(name: string): void {
    this.objects.delete(objectKey({ group: "", kind: "Pod", namespace: "kube-system", name }));
  }
}
