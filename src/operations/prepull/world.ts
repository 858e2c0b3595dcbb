import { follow } from "../../cluster/follow.ts";
import { list } from "../../cluster/list.ts";
import type { Connection } from "../../cluster/port.ts";
import type { EventFacts } from "../../model/event.ts";
import { purposeLabel, purposes } from "../../model/names.ts";
import { podFacts, type PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import { changeSignal, changeWaiter } from "../../perform/change-signal.ts";
import { readEvents } from "../../perform/explaining.ts";
import { refreshFollowed } from "../../perform/refresh-followed.ts";
import type { LiveWorld } from "../../perform/run.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { PrepullWorld } from "../../plan/prepull/procedure.ts";

const place = { group: "", version: "v1", resource: "pods", kind: "Pod" };
const labelSelector = `${purposeLabel}=${purposes.prepull}`;

/** Whether pods that pull are there, of whatever run. */
export async function hasPullPods(connection: Connection, namespace: string): Promise<boolean> {
  const { items } = await list(connection, place, { namespace, labelSelector, pick: podFacts });
  return items.length > 0;
}

/** The pods that pull, followed; the DaemonSet and the nodes are those of the run. */
export async function livePrepullWorld(
  connection: Connection,
  nodes: LiveWorld<NodeWorld>,
  {
    namespace,
    now,
    signal,
  }: { readonly namespace: string; readonly now: () => Millis; readonly signal: AbortSignal },
): Promise<LiveWorld<PrepullWorld>> {
  const changes = changeSignal();
  const { markSeen, failWith, changed } = changeWaiter(changes, now);
  const pods = follow<PodFacts>(connection, place, {
    namespace,
    labelSelector,
    signal,
    pick: podFacts,
    onChange: changes.notify,
  });
  failWith(pods);
  await pods.ready;
  /** UIDs of what was removed, until the watch shows it. */
  const removed = new Set<string>();
  let events: readonly EventFacts[] = [];

  return {
    snapshot() {
      markSeen();
      const { daemonSet, nodes: all } = nodes.snapshot();
      return {
        ...(daemonSet === undefined ? {} : { daemonSet }),
        nodes: all,
        pods: [...pods.objects.values()].filter(({ uid }) => !removed.has(uid)),
        events,
      };
    },
    changed: (until, stop) => changed(until, stop),
    absorb(write, answer) {
      if (write.ref.resource !== place.resource) nodes.absorb(write, answer);
      else if (write.verb === "delete") removed.add(write.uid);
      else if (answer?.metadata !== undefined) pods.replace(answer);
    },
    async refresh(write) {
      if (write.ref.resource === place.resource) await refreshFollowed(pods, write);
      else await nodes.refresh(write);
    },
    async fetchEvents() {
      events = (await readEvents(connection, namespace, signal)) ?? events;
    },
  };
}
