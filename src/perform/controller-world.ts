import { follow, type Followed } from "../cluster/follow.ts";
import { objectPath } from "../cluster/paths.ts";
import type { Connection } from "../cluster/port.ts";
import type { EventFacts } from "../model/event.ts";
import type { KubeObject } from "../model/kube.ts";
import { nodeFacts, type NodeFacts } from "../model/node.ts";
import { podFacts, type PodFacts } from "../model/pod.ts";
import type { Served } from "../model/served.ts";
import type { Millis } from "../model/time.ts";
import { isControllerPod, workloadFacts, type WorkloadFacts } from "../model/workload.ts";
import type { Write } from "../model/write.ts";
import type { ControllerWorld, LiveWorkload } from "../plan/controller/world.ts";
import { changeSignal, changeWaiter } from "./change-signal.ts";
import { orNothing, readEvents } from "./explaining.ts";
import type { LiveDaemonSet } from "./node-world.ts";
import { refreshFollowed } from "./refresh-followed.ts";
import type { LiveWorld } from "./run.ts";

export interface ControllerWorldOptions {
  readonly namespace: string;
  readonly places: {
    readonly deployments: Served;
    readonly replicaSets: Served;
    readonly daemonSets: Served;
  };
  /** Where the run's lease is; there may be no DaemonSet that carries it. */
  readonly daemonSets: Followed<LiveDaemonSet> | undefined;
  /** Label selectors that bring the pods of these controllers, and whatever else may be one's. */
  readonly podSelectors: (controllers: readonly WorkloadFacts[]) => readonly string[];
  /** What is followed already of one of these selectors. */
  readonly followed?: { readonly selector: string; readonly pods: Followed<PodFacts> } | undefined;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

const core = { group: "", version: "v1" } as const;
const nodesPlace = { ...core, resource: "nodes" } as const;

export interface LiveControllerWorld extends LiveWorld<ControllerWorld> {
  /** Every workload of Calico in that namespace as it is now, controllers and Typha; undefined: no longer followed. */
  readonly workloads: () => readonly WorkloadFacts[] | undefined;
}

/** What a controller run watches: the workloads of a namespace and the controllers' pods. */
export async function liveControllerWorld(
  connection: Connection,
  options: ControllerWorldOptions,
): Promise<LiveControllerWorld> {
  const { namespace, places, signal, now } = options;
  const changes = changeSignal();
  const { markSeen, failWith, changed } = changeWaiter(changes, now);
  const onChange = changes.notify;
  const workloads = (served: Served): Followed<LiveWorkload | undefined> =>
    follow<LiveWorkload | undefined>(connection, served, {
      namespace,
      signal,
      onChange,
      pick(raw) {
        const facts = workloadFacts(raw);
        return facts === undefined ? undefined : { raw, facts };
      },
    });
  const deployments = workloads(places.deployments);
  const replicaSets = workloads(places.replicaSets);
  let follows = true;
  for (const each of [deployments, replicaSets]) {
    failWith(each);
    each.ended.catch(() => void (follows = false));
  }
  // A controller of any name and labels has pods, and none of them may be overlooked.
  await Promise.all([deployments.ready, replicaSets.ready]);
  const all = (): readonly LiveWorkload[] =>
    [deployments, replicaSets].flatMap(({ objects }) => [...objects.values()].flatMap((each) => each ?? []));
  const controllers = (): readonly LiveWorkload[] =>
    all().filter(({ facts }) => facts.component === "controller");
  const pods = options.podSelectors(controllers().map(({ facts }) => facts)).map((labelSelector) => {
    if (labelSelector === options.followed?.selector) return options.followed.pods;
    const place = { ...core, resource: "pods", kind: "Pod" };
    return follow<PodFacts>(connection, place, {
      namespace,
      labelSelector,
      signal,
      pick: podFacts,
      onChange,
    });
  });
  const { daemonSets, followed } = options;
  followed?.pods.listen(onChange, signal);
  daemonSets?.listen(onChange, signal);
  const others: readonly Followed<unknown>[] = [...pods, ...(daemonSets === undefined ? [] : [daemonSets])];
  for (const each of others) failWith(each);
  await Promise.all(others.map(({ ready }) => ready));

  let events: readonly EventFacts[] = [];
  let nodes: ReadonlyMap<string, NodeFacts> = new Map();

  function controllerPods(): readonly PodFacts[] {
    const found = new Map(pods.flatMap(({ objects }) => [...objects]));
    return [...found.values()].filter(isControllerPod);
  }

  return {
    workloads: () => (follows ? all().map(({ facts }) => facts) : undefined),

    snapshot(): ControllerWorld {
      markSeen();
      const [daemonSet] = daemonSets?.objects.values() ?? [];
      return {
        ...(daemonSet === undefined ? {} : { daemonSet: daemonSet.facts }),
        workloads: controllers(),
        pods: controllerPods(),
        nodes,
        events,
      };
    },

    changed: (until, stop) => changed(until, stop),

    absorb(write, answer) {
      if (answer?.metadata === undefined) return;
      if (isLease(write)) return daemonSets?.replace(answer);
      const own = followOf(write.ref.resource);
      if (answer.kind === write.ref.kind) return own.replace(answer);
      // The scale subresource answers with a Scale: until the watch brings the object, it is made from that.
      const held = own.objects.get(`${namespace}/${write.ref.name}`)?.raw;
      const { resourceVersion } = answer.metadata;
      if (held === undefined || resourceVersion === undefined) return;
      const { replicas = 0 } = (answer["spec"] ?? {}) as { readonly replicas?: number };
      const spec = { ...(held["spec"] as object), replicas };
      own.replace({ ...held, metadata: { ...held.metadata, resourceVersion }, spec });
    },

    async refresh(write) {
      await refreshFollowed(isLease(write) ? daemonSets : followOf(write.ref.resource), write);
    },

    async fetchEvents() {
      const names = controllerPods().flatMap(({ node }) => (node === undefined ? [] : [node]));
      const [listed, found] = await Promise.all([
        readEvents(connection, namespace, signal),
        Promise.all(
          names.map((name) =>
            orNothing(() => connection.request({ method: "GET", path: objectPath({ ...nodesPlace, name }) })),
          ),
        ),
      ]);
      events = listed ?? events;
      nodes = new Map(
        found.flatMap((answer) => {
          if (answer === undefined) return [];
          const facts = nodeFacts(answer.body as KubeObject);
          return [[facts.name, facts] as const];
        }),
      );
    },
  };

  function isLease({ ref }: Write): boolean {
    return ref.resource === places.daemonSets.resource;
  }

  function followOf(resource: string): Followed<LiveWorkload | undefined> {
    return resource === places.replicaSets.resource ? replicaSets : deployments;
  }
}
