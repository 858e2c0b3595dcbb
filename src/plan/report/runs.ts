import type { DaemonSetProgress } from "../../facts/progress.ts";
import type { CalicoNode } from "../../facts/nodes.ts";
import { parseNodeRecord, type NodeRecord } from "../../model/node-record.ts";
import type { RunRecords } from "../../model/run-records.ts";
import type { Millis } from "../../model/time.ts";
import { runDaemonSet } from "../node/run-lease.ts";

/**
 * A run as the cluster knows it: by the records of nodes, by leases on nodes, by the lease on the DaemonSet; or by what
 * its folder keeps.
 */
export interface KnownRun {
  /** `<DaemonSet UID>/<revision number>`. */
  readonly id: string;
  readonly daemonSet: DaemonSetProgress;
  /** When something of it was last seen; 0: only that it is there. */
  readonly latest: Millis;
}

/** Each node's record, read once: unreadable, or none. */
export type Records = ReadonlyMap<string, NodeRecord | "unreadable">;

export function recordsOf(nodes: readonly CalicoNode[]): Records {
  return new Map(
    nodes.flatMap(({ name, node }) => {
      const record = parseNodeRecord(node?.record);
      return record === undefined ? [] : [[name, record] as const];
    }),
  );
}

/** The runs that have left something, the one that was seen last first. */
export function knownRuns(
  daemonSets: readonly DaemonSetProgress[],
  nodes: readonly CalicoNode[],
  records: Records,
  collected: readonly RunRecords[] = [],
): readonly KnownRun[] {
  const found = new Map<string, KnownRun>();
  const add = (id: string, latest: Millis): void => {
    const daemonSet = daemonSets.find((set) => set.daemonSet.uid === runDaemonSet(id));
    const before = found.get(id);
    if (daemonSet === undefined || !/\/\d+$/.test(id)) return;
    found.set(id, { id, daemonSet, latest: Math.max(latest, before?.latest ?? 0) });
  };
  for (const record of records.values()) if (record !== "unreadable") add(record.run, record.ended);
  for (const { run, nodes: kept } of collected) for (const { record } of kept) add(run, record.ended);
  for (const { node } of nodes) {
    const { lease } = node ?? {};
    if (lease !== undefined && lease !== "unreadable") add(lease.run, lease.since);
  }
  for (const { daemonSet } of daemonSets)
    if (daemonSet.run !== undefined && daemonSet.run !== "unreadable")
      add(daemonSet.run.run, daemonSet.run.renewed ?? 0);
  return [...found.values()].toSorted(
    (a, b) => b.latest - a.latest || revisionIn(b.id) - revisionIn(a.id) || (a.id < b.id ? -1 : 1),
  );
}

/** Of a run's id, or the number of its revision alone. */
export function chosenRun(runs: readonly KnownRun[], asked: string | undefined): readonly KnownRun[] {
  if (asked === undefined) return runs.slice(0, 1);
  return runs.filter(({ id }) => id === asked || id.endsWith(`/${asked}`));
}

/** The revision number that a run brings nodes to. */
export function revisionIn(run: string): number {
  return Number(run.slice(run.lastIndexOf("/") + 1));
}
