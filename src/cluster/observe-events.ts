import type { EventFacts } from "../model/event.ts";
import { allOf, type Observed } from "../model/observed.ts";
import { podsByNode, shouldRun } from "../model/placement.ts";
import { known, type Reading } from "../model/reading.ts";
import { stuckReason } from "../model/stuck.ts";
import type { Millis } from "../model/time.ts";
import type { ListSelection } from "./list.ts";
import { readEvents } from "./observe-lists.ts";
import type { Connection } from "./port.ts";

/** More pods than this in trouble, and the namespace's events are read at once. */
const singly = 5;
/** A pod as young as this may be one of many made in a short time. */
const young: Millis = 60_000;

/**
 * Events that say why a pod does not get on where its own status does not, why one is missing, and
 * whether a node's pod is made again and again. A healthy cluster is asked nothing.
 */
export async function observeEvents(
  connection: Connection,
  { daemonSets, nodes, pods }: Pick<Observed, "daemonSets" | "nodes" | "pods">,
  now: Millis,
): Promise<Reading<readonly EventFacts[]>> {
  if (!daemonSets.known || !pods.known) return known([]);
  const wanted: ListSelection[] = [];
  for (const set of daemonSets.value) {
    const byNode = podsByNode(pods.value, set);
    const own = [...byNode.values()].flat();
    const { namespace } = set;
    const silent = own.filter((pod) => {
      const stuck = stuckReason(pod);
      return stuck !== undefined && stuck.reason !== "Terminating" && !saysWhy(stuck.reason);
    });
    if (silent.length > singly) wanted.push({ namespace, fieldSelector: "involvedObject.kind=Pod" });
    else for (const { uid } of silent) wanted.push({ namespace, fieldSelector: `involvedObject.uid=${uid}` });
    const missing =
      nodes.known &&
      nodes.value.some((node) => !byNode.has(node.name) && shouldRun(node, set.template) === true);
    if (missing) wanted.push({ namespace, fieldSelector: `involvedObject.uid=${set.uid}` });
    if (own.some(({ created }) => now - created < young))
      wanted.push({ namespace, fieldSelector: "involvedObject.kind=Pod,reason=Scheduled" });
  }
  return allOf(await Promise.all(wanted.map((which) => readEvents(connection, which))));
}

/** Reasons whose message stands in the pod's own status. */
function saysWhy(reason: string): boolean {
  return reason === "CrashLoopBackOff" || reason === "Unschedulable" || reason.startsWith("Create");
}
