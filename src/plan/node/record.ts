import type { CordonLease } from "../../model/lease.ts";
import type { NodeRecord } from "../../model/node-record.ts";
import type { PodFacts } from "../../model/pod.ts";
import { gapOf } from "./measure.ts";
import type { NodeView } from "./on-node.ts";
import type { GiveBack } from "./seen.ts";
import type { NodeWorld } from "./world.ts";

/** What the node keeps of this restart, written by the patch that gives it back. */
export function recorded(view: NodeView, lease: CordonLease, back: GiveBack): GiveBack {
  return { ...back, record: recordOf(view, lease, back) };
}

function recordOf(
  { world, node, memory, goal, now }: NodeView,
  lease: CordonLease,
  back: GiveBack,
): NodeRecord {
  const { down, readyAfter } = gapOf(memory);
  const bound = readyAfter?.bound ?? down?.bound;
  const run = world.daemonSet?.facts.run;
  const command = run === undefined || run === "unreadable" ? goal.command : (run.command ?? goal.command);
  const pulled = goal.pulled?.get(node.name);
  return {
    run: lease.run,
    ...(pulled === undefined ? {} : { pulled }),
    began: lease.since,
    ended: now,
    by: goal.holder,
    ...(lease.from === undefined ? {} : { from: lease.from }),
    ...(memory.deleted === undefined ? {} : { deleted: memory.deleted.at }),
    ...(memory.up === undefined ? {} : { ready: memory.up.since }),
    ...(down === undefined ? {} : { down: down.time }),
    ...(readyAfter === undefined ? {} : { notReady: readyAfter.time }),
    ...(bound === undefined || bound === "exact" ? {} : { bound }),
    ...(back.kind === "drop-lease" ? { kept: back.why } : {}),
    ...(command === undefined ? {} : { command }),
  };
}

/** The number of the revision that a pod was made from; undefined: it is not among those that are kept. */
export function revisionOf({ daemonSet, revisions }: NodeWorld, pod: PodFacts): number | undefined {
  if (pod.revisionHash === undefined) return undefined;
  return revisions.find(({ owner, hash }) => owner === daemonSet?.facts.uid && hash === pod.revisionHash)
    ?.revision;
}
