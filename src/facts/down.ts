import type { PodFacts } from "../model/pod.ts";
import type { Millis } from "../model/time.ts";
import type { CalicoNode } from "./nodes.ts";

/** By node name: since when its calico-node has not been Ready. */
export type DownSince = ReadonlyMap<string, Millis>;

/**
 * Nodes whose calico-node is not Ready although it should be, and since when: by the API where it tells, and by
 * `before`, what an earlier look said. Of a silent node nothing is known (hazard H16).
 */
export function downSince(nodes: readonly CalicoNode[], before: DownSince, now: Millis): DownSince {
  const down = new Map<string, Millis>();
  for (const { name, node, expected, pods, podsKnown } of nodes) {
    if (expected !== true || !podsKnown || node?.ready === "unknown") continue;
    const [pod] = pods;
    const since = pod === undefined ? now : notReadySince(pod, now);
    if (since === undefined) continue;
    down.set(name, Math.min(since, before.get(name) ?? since, down.get(name) ?? since));
  }
  return down;
}

/** Undefined: it is Ready. Of a new pod its making is the earliest that is known: the old one was gone by then. */
function notReadySince(pod: PodFacts, now: Millis): Millis | undefined {
  if (pod.deletedAt !== undefined) return Math.min(now, pod.deletedAt - (pod.gracePeriod ?? 0) * 1000);
  if (pod.ready) return undefined;
  return Math.min(now, pod.notReadySince ?? pod.created);
}
