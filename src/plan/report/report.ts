import type { CalicoNode } from "../../facts/nodes.ts";
import type { Unread } from "../../facts/unread.ts";
import type { CordonLease } from "../../model/lease.ts";
import type { NodeRecord } from "../../model/node-record.ts";
import type { CollectedNode, RunRecords } from "../../model/run-records.ts";
import type { Truth } from "../../model/reading.ts";
import type { RevisionFacts } from "../../model/revision.ts";
import type { RunCommand } from "../../model/run-command.ts";
import type { Millis } from "../../model/time.ts";
import { revisionIn, type KnownRun, type Records } from "./runs.ts";

/** What became of a node in one run. */
export type ReportedOutcome =
  /** Its record says so. */
  | "restarted"
  /** Under the lease of the run, whose process lives. */
  | "at work"
  /** Under the lease of the run, and nobody works on it: it failed, or the run was cut off. */
  | "unfinished"
  /** It ran the revision of the run already, and nothing of the run is on it. */
  | "done before"
  /** It runs an older revision. */
  | "not begun"
  /** calico-node does not run here. */
  | "none here"
  | "unknown";

export interface ReportedNode {
  readonly name: string;
  readonly outcome: ReportedOutcome;
  /** Of this run. */
  readonly record?: NodeRecord;
  readonly lease?: CordonLease;
  /** The annotation of its record is none of ours. */
  readonly unreadable: boolean;
  /** As `status` sees it now; absent: the cluster no longer has it. */
  readonly node?: CalicoNode;
  /** What the run's folder keeps of it, where the record, or what it has no room for, is from there. */
  readonly kept?: KeptNode;
}

/** A node in the folder of a run. */
export interface KeptNode extends CollectedNode {
  readonly file: string;
}

export interface Report {
  readonly run: KnownRun;
  /** Nodes in the order in which they were begun, then the others by name. */
  readonly nodes: readonly ReportedNode[];
  /** A newer revision than this run's is there: nodes that were restarted for it have lost this run's record. */
  readonly overwritten: boolean;
  readonly began?: Millis;
  /** Absent as long as nodes are under its lease. */
  readonly ended?: Millis;
  /** Who worked, in the order of their first node. */
  readonly by: readonly string[];
  readonly command?: RunCommand;
  /** The templates that most nodes came from, and that all were brought to; absent: the cluster no longer has it. */
  readonly before?: RevisionFacts;
  readonly after?: RevisionFacts;
}

/** What the folder of a run keeps, and where. */
export interface CollectedFile {
  readonly file: string;
  readonly records: RunRecords;
}

/** A report, and what it is read with. */
export interface ReportResult {
  readonly report: Report;
  readonly now: Millis;
  readonly kubernetes: string;
  readonly bgp: Truth;
  /** How long BGP peers keep the routes of a node; absent where BGP is not used. */
  readonly budget?: Millis;
  /** Other runs that are on some nodes. */
  readonly others: readonly string[];
  /** Why folders of runs were left out. */
  readonly refused: readonly string[];
  readonly unread: readonly Unread[];
}

/** What one run did on every node. `revisions`: those that the cluster has; `collected`: what folders of runs keep. */
export function reportOf(
  run: KnownRun,
  nodes: readonly CalicoNode[],
  records: Records,
  revisions: readonly RevisionFacts[],
  collected: readonly CollectedFile[] = [],
): Report {
  const { daemonSet } = run.daemonSet;
  const of = revisions.filter(({ owner }) => owner === daemonSet.uid);
  const revision = revisionIn(run.id);
  const overwritten = of.some((each) => each.revision > revision);
  const kept = keptNodes(collected.filter(({ records: { run: id } }) => id === run.id));
  const there = nodes.filter((node) => node.daemonSet === undefined || node.daemonSet.uid === daemonSet.uid);
  const names = new Set(there.map(({ name }) => name));
  const reported = [
    ...there.map((node) =>
      withKept(reportedNode(node, run, records.get(node.name), overwritten), kept.get(node.name)),
    ),
    ...[...kept.values()].filter(({ name }) => !names.has(name)).map(goneNode),
  ].toSorted((a, b) => beganOf(a) - beganOf(b) || (a.name < b.name ? -1 : 1));
  const done = reported.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const leases = reported.flatMap(({ lease }) => (lease === undefined ? [] : [lease]));
  const begins = [...done.map(({ began }) => began), ...leases.map(({ since }) => since)];
  const by = [...done.map((each) => each.by), ...leases.map(({ holder }) => holder)];
  const own = daemonSet.run;
  const live = own !== undefined && own !== "unreadable" && own.run === run.id ? own.command : undefined;
  const command =
    longest([
      ...done.flatMap((each) => each.command ?? []),
      ...collected.flatMap(({ records: file }) => (file.run === run.id ? (file.command ?? []) : [])),
    ]) ?? live;
  const before = of.find((each) => each.revision === mostFrequent(done.flatMap(({ from }) => from ?? [])));
  const after = of.find((each) => each.revision === revision);
  return {
    run,
    nodes: reported,
    overwritten,
    by: [...new Set(by.filter((each) => each !== undefined && each !== ""))] as readonly string[],
    ...(begins.length === 0 ? {} : { began: least(begins) }),
    ...(leases.length > 0 || done.length === 0 ? {} : { ended: -least(done.map(({ ended }) => -ended)) }),
    ...(command === undefined ? {} : { command }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function reportedNode(
  node: CalicoNode,
  run: KnownRun,
  record: NodeRecord | "unreadable" | undefined,
  overwritten: boolean,
): ReportedNode {
  const held = node.node?.lease;
  const isHeld =
    held !== undefined &&
    held !== "unreadable" &&
    held.run === run.id &&
    (node.node?.unschedulable === true || held.noCordon === true);
  const base = { name: node.name, node, unreadable: record === "unreadable" };
  if (isHeld) {
    const works = run.daemonSet.run?.state === "working";
    return { ...base, outcome: works ? "at work" : "unfinished", lease: held };
  }
  if (record !== undefined && record !== "unreadable" && record.run === run.id)
    return { ...base, outcome: "restarted", record };
  return { ...base, outcome: outcomeWithout(node, overwritten, record === "unreadable") };
}

/** Of each node what ended last, whichever of the files has it. */
function keptNodes(files: readonly CollectedFile[]): ReadonlyMap<string, KeptNode> {
  const kept = new Map<string, KeptNode>();
  for (const { file, records } of files)
    for (const node of records.nodes)
      if (node.record.ended >= (kept.get(node.name)?.record.ended ?? 0))
        kept.set(node.name, { ...node, file });
  return kept;
}

/** The cluster is believed first: a file says what that no longer has, or had no room for. */
function withKept(reported: ReportedNode, kept: KeptNode | undefined): ReportedNode {
  if (kept === undefined || reported.lease !== undefined) return reported;
  const { record } = reported;
  if (record === undefined)
    return { ...reported, outcome: "restarted", record: kept.record, unreadable: false, kept };
  const { pulled } = kept.record;
  if (record.pulled !== undefined || pulled === undefined || record.began !== kept.record.began)
    return reported;
  return { ...reported, record: { ...record, pulled }, kept };
}

function goneNode(kept: KeptNode): ReportedNode {
  return { name: kept.name, outcome: "restarted", record: kept.record, unreadable: false, kept };
}

function outcomeWithout(node: CalicoNode, overwritten: boolean, unreadable: boolean): ReportedOutcome {
  const { expected, pods, updated } = node;
  if (expected === false && pods.length === 0) return "none here";
  // What the node runs now tells of the newest revision only, and what is not readable may have been the record.
  if (overwritten || unreadable || updated === "unknown") return "unknown";
  return updated ? "done before" : "not begun";
}

function beganOf({ record, lease }: ReportedNode): Millis {
  return record?.began ?? lease?.since ?? Number.MAX_SAFE_INTEGER;
}

function least(times: readonly Millis[]): Millis {
  return times.reduce((one, other) => Math.min(one, other));
}

/** A command that was shortened to its name is less than one that was not. */
function longest(commands: readonly RunCommand[]): RunCommand | undefined {
  return commands.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
}

function mostFrequent(numbers: readonly number[]): number | undefined {
  return [...Map.groupBy(numbers, (each) => each)].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
