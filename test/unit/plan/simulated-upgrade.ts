import type { Draft } from "../../../src/model/draft.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";
import type { LiveWorld } from "../../../src/perform/run.ts";
import type { Saver } from "../../../src/perform/saver.ts";
import type { ObjectsWorld } from "../../../src/plan/objects/procedure.ts";
import type { SequenceWorld } from "../../../src/plan/sequence/procedure.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { SimulatedControllers } from "./simulated-controllers.ts";
import { SimulatedObjects } from "./simulated-objects.ts";
import type { Fault, SimulatedServer } from "./simulated-server.ts";

/** Objects besides the workloads; a new CRD is served after a second. */
class Others extends SimulatedObjects {
  override advance(time: number): void {
    super.advance(time);
    for (const object of this.objects.values())
      if (object.kind === "CustomResourceDefinition" && object["status"] === undefined)
        this.put({ ...object, status: { conditions: [{ type: "Established", status: "True" }] } });
  }
}

/** A small install that is upgraded: nodes with their DaemonSet, a controller, and objects around them. */
export class SimulatedUpgrade {
  readonly nodes: SimulatedCluster;
  readonly controllers = new SimulatedControllers([
    { kind: "Deployment", name: "calico-kube-controllers", replicas: 1, image: "kube-controllers:v3.1" },
  ]);
  readonly others = new Others();
  readonly saved: Draft[] = [];
  /** Every write that reached the server, in order. */
  readonly log: string[] = [];
  writes = 0;
  killed = false;

  constructor(nodes: readonly string[], objects: readonly KubeObject[]) {
    this.nodes = new SimulatedCluster({
      nodes,
      cordoned: [],
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    });
    for (const object of objects) this.others.put(object);
  }

  get now(): number {
    return Math.max(...this.#servers().map(({ now }) => now));
  }

  advance(time: number): void {
    const until = this.now + time;
    for (const server of this.#servers()) if (server.now < until) server.advance(until - server.now);
  }

  async send(write: Write, fault?: Fault): Promise<KubeObject | undefined> {
    this.advance(0);
    this.writes += 1;
    const server = this.#serverOf(write.ref);
    server.killed = this.killed;
    this.log.push(`${write.verb} ${write.ref.resource}/${write.ref.name}`);
    try {
      return await server.send(write, fault);
    } finally {
      this.killed = server.killed;
    }
  }

  objects(daemonSet: Ref): LiveWorld<ObjectsWorld> {
    return this.#as(
      () =>
        ({
          get: (key: string) =>
            key.endsWith(`daemonset.apps/${daemonSet.name}`)
              ? this.nodes.snapshot().daemonSet?.raw
              : this.others.objects.get(key),
        }) as unknown as ObjectsWorld,
    );
  }

  sequence(): LiveWorld<SequenceWorld> {
    return this.#as(() => {
      const facts = this.nodes.snapshot().daemonSet?.facts;
      return facts === undefined ? {} : { daemonSet: facts };
    });
  }

  nodeWorld(): LiveWorld<ReturnType<SimulatedCluster["snapshot"]>> {
    return this.#as(() => this.nodes.snapshot());
  }

  controllerWorld(): LiveWorld<ReturnType<SimulatedControllers["snapshot"]>> {
    return this.#as(() => {
      const { daemonSet: _other, ...world } = this.controllers.snapshot();
      return world;
    });
  }

  readonly saver: Saver = {
    save: async (drafts) => {
      this.saved.push(...drafts);
      return drafts.map((_draft, at) => this.saved.length - drafts.length + at);
    },
    done: () => {},
    dropped: () => {},
  };

  #as<World>(snapshot: () => World): LiveWorld<World> {
    return {
      snapshot: () => {
        this.advance(0);
        return snapshot();
      },
      changed: async (until) => this.advance(Math.max(100, Math.min(until - this.now, 1_000))),
      absorb: () => {},
      refresh: async () => {
        this.advance(200);
        await this.nodes.confirm();
      },
      fetchEvents: async () => {},
      confirm: async () => await this.nodes.confirm(),
    };
  }

  #servers(): readonly SimulatedServer[] {
    return [this.nodes, this.controllers, this.others];
  }

  #serverOf({ resource }: Ref): SimulatedServer {
    if (["nodes", "pods", "daemonsets"].includes(resource)) return this.nodes;
    return resource === "deployments" ? this.controllers : this.others;
  }
}
