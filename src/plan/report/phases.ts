import type { CordonLease } from "../../model/lease.ts";
import type { NodeRecord } from "../../model/node-record.ts";
import type { Millis } from "../../model/time.ts";

/** A stretch of the work on a node, by the API server's clock. */
export interface Phase {
  /** pull: images, before the first node of the run was touched. before: cordoned, calico-node as it was. gap: none that is Ready. after: Ready again, settling. open: not known how far. */
  readonly kind: "pull" | "before" | "gap" | "after" | "open";
  readonly from: Millis;
  readonly to: Millis;
}

/** In their order: from the cordon on each begins where the one before ends. Those of no length are left out. */
export function phasesOf(record: NodeRecord): readonly Phase[] {
  const { pulled, began, ready, ended, notReady } = record;
  // Where the delete was not seen, the gap may have begun with the work.
  const gapped =
    record.deleted ??
    (ready === undefined || notReady === undefined ? began : Math.max(began, ready - notReady));
  const up = Math.max(gapped, ready ?? ended);
  const phases: readonly Phase[] = [
    ...(pulled === undefined
      ? []
      : [{ kind: "pull", from: pulled.began, to: pulled.began + pulled.took } as const]),
    { kind: "before", from: began, to: gapped },
    { kind: ready === undefined ? "open" : "gap", from: gapped, to: up },
    { kind: "after", from: up, to: Math.max(up, ended) },
  ];
  return phases.filter(({ from, to }) => to > from);
}

/** Of a node that is under the lease now. */
export function openPhase({ since }: CordonLease, now: Millis): Phase {
  return { kind: "open", from: since, to: Math.max(now, since) };
}
