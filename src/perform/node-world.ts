import { follow, type Followed } from "../cluster/follow.ts";
import { list, type Listed } from "../cluster/list.ts";
import type { Connection } from "../cluster/port.ts";
import { isApiError } from "../errors.ts";
import { daemonSetFacts, type DaemonSetFacts } from "../model/daemonset.ts";
import { eventFacts, type EventFacts } from "../model/event.ts";
import type { KubeObject } from "../model/kube.ts";
import { purposeLabel } from "../model/names.ts";
import { nodeFacts, type NodeFacts } from "../model/node.ts";
import { podFacts, type PodFacts } from "../model/pod.ts";
import { revisionFacts, type RevisionFacts } from "../model/revision.ts";
import { currentRevision } from "../model/rollout.ts";
import type { Served } from "../model/served.ts";
import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { woken, type Bell } from "./bell.ts";
import type { LiveWorld } from "./run.ts";

export interface NodeWorldOptions {
  /** The list that the DaemonSet was found in. */
  readonly found: Listed<KubeObject>;
  readonly daemonSet: Pick<DaemonSetFacts, "namespace" | "name" | "selector">;
  readonly places: { readonly daemonSets: Served; readonly revisions: Served };
  /** Nodes, followed already: they do not depend on which DaemonSet it is. */
  readonly nodes: Followed<NodeFacts>;
  readonly probes: boolean;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

interface LiveDaemonSet {
  readonly facts: DaemonSetFacts;
  readonly raw: KubeObject;
}

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" } as const;
const events = { group: "", version: "v1", resource: "events", kind: "Event" } as const;

export function followNodes(
  connection: Connection,
  signal: AbortSignal,
  onChange: () => void,
): Followed<NodeFacts> {
  const nodes = { group: "", version: "v1", resource: "nodes", kind: "Node" };
  return follow(connection, nodes, { signal, pick: nodeFacts, onChange });
}

/**
 * What a node run watches: the DaemonSet, its pods and the nodes by list and watch; revisions are listed
 * when the DaemonSet's template is not among the known ones, events when something takes long.
 */
export async function liveNodeWorld(
  connection: Connection,
  changes: Bell,
  options: NodeWorldOptions,
): Promise<LiveWorld<NodeWorld>> {
  const { places, signal, now } = options;
  const { namespace, name, selector } = options.daemonSet;
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const onChange = changes.ring;
  const daemonSets = follow<LiveDaemonSet>(connection, places.daemonSets, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    initial: options.found,
    signal,
    pick: (raw) => ({ raw, facts: daemonSetFacts(raw) }),
    onChange,
  });
  const own = follow<PodFacts>(connection, pods, {
    namespace,
    labelSelector,
    signal,
    pick: podFacts,
    onChange,
  });
  const probes = options.probes
    ? follow<PodFacts>(connection, pods, {
        namespace,
        labelSelector: `${purposeLabel}=probe`,
        signal,
        pick: podFacts,
        onChange,
      })
    : undefined;
  const followed = [daemonSets, own, options.nodes, ...(probes === undefined ? [] : [probes])];

  let revisions: readonly RevisionFacts[] = [];
  let seenEvents: readonly EventFacts[] = [];
  const failures: unknown[] = [];
  for (const each of followed) {
    each.ended.catch((error: unknown) => {
      failures.push(error);
      changes.ring();
    });
  }
  // A change between a look and the wait that follows from it must end that wait.
  let looked = 0;

  async function loadRevisions(): Promise<void> {
    revisions = (
      await list(connection, places.revisions, { namespace, labelSelector, pick: revisionFacts, signal })
    ).items;
  }
  await Promise.all([...followed.map(({ ready }) => ready), loadRevisions()]);

  const key = `${namespace}/${name}`;
  return {
    snapshot(): NodeWorld {
      looked = changes.count();
      const daemonSet = daemonSets.objects.get(key);
      return {
        ...(daemonSet === undefined ? {} : { daemonSet }),
        revisions,
        nodes: options.nodes.objects,
        pods: [...own.objects.values()],
        probes: [...(probes?.objects.values() ?? [])],
        events: seenEvents,
      };
    },

    async changed(until, stop) {
      if (failures.length > 0) throw failures[0];
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
      await woken(
        changes.since(looked),
        Math.max(20, Math.min(until - now(), unknownTemplate ? 500 : Number.POSITIVE_INFINITY)),
        stop,
      );
      if (failures.length > 0) throw failures[0];
    },

    absorb(write, answer) {
      if (answer === undefined || answer.metadata === undefined || write.verb === "delete") return;
      followOf(write)?.replace(answer);
    },

    async refresh(write) {
      await followOf(write)?.relist();
    },

    // A rollout that somebody else sets off shows in its pods first (hazard H12).
    async confirm() {
      await daemonSets.relist();
    },

    async fetchEvents() {
      try {
        seenEvents = (await list(connection, events, { namespace, pick: eventFacts, signal })).items;
      } catch (error) {
        // Events only explain: whoever may not read them sees the pod's own status.
        if (!isApiError(error)) throw error;
      }
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
