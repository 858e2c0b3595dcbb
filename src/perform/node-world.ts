import { follow, type Followed } from "../cluster/follow.ts";
import { list, type Listed } from "../cluster/list.ts";
import { podSelections } from "../cluster/observe.ts";
import type { Connection } from "../cluster/port.ts";
import { daemonSetFacts, type DaemonSetFacts } from "../model/daemonset.ts";
import type { DrainPod } from "../model/drain-pod.ts";
import type { EventFacts } from "../model/event.ts";
import type { KubeObject, NamespacedName } from "../model/kube.ts";
import { purposeLabel, purposes } from "../model/names.ts";
import { nodeFacts, type NodeFacts } from "../model/node.ts";
import { podFacts, type PodFacts } from "../model/pod.ts";
import { revisionFacts, type RevisionFacts } from "../model/revision.ts";
import { currentRevision } from "../model/rollout.ts";
import type { Served } from "../model/served.ts";
import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { changeWaiter, type ChangeSignal } from "./change-signal.ts";
import { readEvents } from "./explaining.ts";
import { refreshFollowed } from "./refresh-followed.ts";
import type { LiveWorld } from "./run.ts";

export interface NodeWorldOptions {
  /** Of `followDaemonSet`. */
  readonly daemonSets: Followed<LiveDaemonSet>;
  readonly daemonSet: Pick<DaemonSetFacts, "namespace" | "name" | "selector">;
  readonly places: { readonly revisions: Served };
  /** Nodes, followed already: they do not depend on which DaemonSet it is. */
  readonly nodes: Followed<NodeFacts>;
  /** Of `followPods`. */
  readonly pods: Followed<PodFacts>;
  /** Pods of whatever kind, where nodes are drained. */
  readonly drain?: Followed<DrainPod | undefined>;
  readonly probes: boolean;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

export interface LiveDaemonSet {
  readonly facts: DaemonSetFacts;
  readonly raw: KubeObject;
}

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" } as const;

export function followNodes(
  connection: Connection,
  signal: AbortSignal,
  onChange: () => void,
): Followed<NodeFacts> {
  const nodes = { group: "", version: "v1", resource: "nodes", kind: "Node" };
  return follow(connection, nodes, { signal, pick: nodeFacts, onChange });
}

/** One DaemonSet, in the namespace of its `which`. `found`: the list that it was found in. */
export function followDaemonSet(
  connection: Connection,
  place: Served,
  which: NamespacedName,
  {
    found,
    signal,
    onChange,
  }: { readonly found?: Listed<KubeObject>; readonly signal: AbortSignal; readonly onChange: () => void },
): Followed<LiveDaemonSet> {
  return follow<LiveDaemonSet>(connection, place, {
    namespace: which.namespace,
    fieldSelector: `metadata.name=${which.name}`,
    ...(found === undefined ? {} : { initial: found }),
    signal,
    pick: (raw) => ({ raw, facts: daemonSetFacts(raw) }),
    onChange,
  });
}

/**
 * The pods of a DaemonSet of calico-node; with upstream's labels those of all components of its install, which the
 * other parts of a run look at: one list and one watch for all of them.
 */
export function followPods(
  connection: Connection,
  daemonSet: DaemonSetFacts,
  signal: AbortSignal,
  onChange: () => void,
): Followed<PodFacts> {
  const which = podSelections([daemonSet], daemonSet.namespace).at(-1) ?? {};
  return follow(connection, pods, { ...which, signal, pick: podFacts, onChange });
}

/**
 * What a node run watches: the DaemonSet, its pods and the nodes by list and watch; revisions are listed
 * when the DaemonSet's template is not among the known ones, events when something takes long.
 */
export async function liveNodeWorld(
  connection: Connection,
  changes: ChangeSignal,
  options: NodeWorldOptions,
): Promise<LiveWorld<NodeWorld>> {
  const { places, signal, now } = options;
  const { namespace, name, selector } = options.daemonSet;
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const onChange = changes.notify;
  const { daemonSets, pods: own } = options;
  const isOwn = ({ labels }: PodFacts): boolean =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);
  const probes = options.probes
    ? follow<PodFacts>(connection, pods, {
        namespace,
        labelSelector: `${purposeLabel}=${purposes.probe}`,
        signal,
        pick: podFacts,
        onChange,
      })
    : undefined;
  const { drain } = options;
  const followed = [daemonSets, own, options.nodes, probes, drain].filter((each) => each !== undefined);

  let revisions: readonly RevisionFacts[] = [];
  let seenEvents: readonly EventFacts[] = [];
  const { markSeen, failWith, changed, check } = changeWaiter(changes, now);
  for (const each of followed) failWith(each);

  async function loadRevisions(): Promise<void> {
    revisions = (
      await list(connection, places.revisions, { namespace, labelSelector, pick: revisionFacts, signal })
    ).items;
  }
  await Promise.all([...followed.map(({ ready }) => ready), loadRevisions()]);

  const key = `${namespace}/${name}`;
  return {
    snapshot(): NodeWorld {
      markSeen();
      const daemonSet = daemonSets.objects.get(key);
      const all = [...own.objects.values()];
      return {
        ...(daemonSet === undefined ? {} : { daemonSet }),
        revisions,
        nodes: options.nodes.objects,
        pods: all.filter(isOwn),
        components: all.filter((pod) => !isOwn(pod)),
        ...(drain === undefined
          ? {}
          : { drainPods: [...drain.objects.values()].filter((pod) => pod !== undefined) }),
        probes: [...(probes?.objects.values() ?? [])],
        events: seenEvents,
      };
    },

    async changed(until, stop) {
      check();
      const live = daemonSets.objects.get(key)?.facts;
      const unknownTemplate =
        live !== undefined &&
        live.observedGeneration >= live.generation &&
        currentRevision(revisions, live) === undefined;
      if (unknownTemplate) {
        const before = revisions;
        await loadRevisions();
        if (currentRevision(revisions, live) !== undefined || revisions.length !== before.length) return;
      }
      await changed(until, stop, unknownTemplate ? 500 : undefined);
    },

    absorb(write, answer) {
      if (answer === undefined || answer.metadata === undefined || write.verb === "delete") return;
      // An eviction answers with a Status.
      if (write.verb === "create" && write.subresource !== undefined) return;
      followOf(write)?.replace(answer);
    },

    async refresh(write) {
      const { namespace: where = "", name: what } = write.ref;
      const drained = write.ref.resource === pods.resource && drain?.objects.has(`${where}/${what}`) === true;
      await refreshFollowed(followOf(write), write);
      if (drained) await refreshFollowed(drain, write);
    },

    // A rollout that somebody else sets off shows in its pods first (hazard H12).
    async confirm() {
      await daemonSets.relist();
    },

    async fetchEvents() {
      seenEvents = (await readEvents(connection, namespace, signal)) ?? seenEvents;
    },
  };

  function followOf(write: Write): Followed<unknown> | undefined {
    switch (write.ref.resource) {
      case "nodes":
        return options.nodes;
      case "daemonsets":
        return daemonSets;
      default:
        return write.ref.name.startsWith("calico-upgrade-probe-") ? probes : own;
    }
  }
}
