import type { ClusterFacts } from "../model/cluster-facts.ts";
import { heldStrategy, type DaemonSetFacts, type Strategy } from "../model/daemonset.ts";
import { leaseExpiry } from "../model/lease.ts";
import type { RevisionFacts } from "../model/revision.ts";
import { currentRevision } from "../model/rollout.ts";
import type { Millis } from "../model/time.ts";
import type { CalicoDaemonSet } from "./daemonset.ts";
import { networkOf, type Network } from "./network.ts";
import type { CalicoNode } from "./nodes.ts";

/** One DaemonSet, and how far its upgrade has come. */
export interface DaemonSetProgress extends CalicoDaemonSet {
  /** The newest revision; undefined: unknown, or the template has none yet (hazard H11). */
  readonly revision: RevisionFacts | undefined;
  /** The strategy that goes back when the upgrade is finished (hazard H12). */
  readonly pinned: Strategy | "unreadable" | undefined;
  readonly run: RunState | undefined;
  readonly network: Network;
  readonly nodes: NodeCounts;
}

/** The one run that works on a DaemonSet (hazard H13). */
export interface RunState {
  /** working: seen within a minute. left: its process is gone. ended: it ended by itself. */
  readonly state: "working" | "left" | "ended" | "unreadable";
  readonly holder?: string;
  readonly renewed?: Millis;
  /** What it works on, where that is not the nodes. */
  readonly on?: "controller";
  /** Revision number that it brings nodes to. */
  readonly revision?: number;
}

export interface NodeCounts {
  /** Nodes that should run it. */
  readonly total: number;
  readonly updated: number;
  readonly outdated: number;
  /** Of the outdated, those that have no pod: its controller makes one, whatever the strategy. */
  readonly missing: number;
  readonly unknown: number;
  /** Of a silent node what the API shows is old: it is not counted. */
  readonly ready: number;
  /** How many nodes run which release, in the words of `release.text`. */
  readonly releases: Readonly<Record<string, number>>;
}

/** `nodes`: at least all of this DaemonSet's. */
export function progressOf(
  set: CalicoDaemonSet,
  nodes: readonly CalicoNode[],
  cluster: ClusterFacts,
): DaemonSetProgress {
  const { daemonSet } = set;
  const { revisions, now } = cluster;
  return {
    ...set,
    revision: revisions.known ? currentRevision(revisions.value, daemonSet) : undefined,
    pinned: heldStrategy(daemonSet),
    run: runState(daemonSet, now),
    network: networkOf(set, cluster),
    nodes: countNodes(nodes.filter(({ daemonSet: of }) => of === daemonSet)),
  };
}

function runState({ run }: DaemonSetFacts, now: Millis): RunState | undefined {
  if (run === undefined) return undefined;
  if (run === "unreadable") return { state: "unreadable" };
  const revision = Number(run.run.slice(run.run.lastIndexOf("/") + 1));
  const working = run.renewed !== undefined && now - run.renewed < leaseExpiry;
  return {
    state: run.holder === undefined ? "ended" : working ? "working" : "left",
    ...(run.holder === undefined ? {} : { holder: run.holder }),
    ...(run.renewed === undefined ? {} : { renewed: run.renewed }),
    ...(run.run.endsWith("/controller") ? { on: "controller" } : {}),
    ...(Number.isSafeInteger(revision) ? { revision } : {}),
  };
}

function countNodes(nodes: readonly CalicoNode[]): NodeCounts {
  const releases: Record<string, number> = {};
  for (const { release } of nodes)
    if (release !== undefined) releases[release.text] = (releases[release.text] ?? 0) + 1;
  return {
    total: nodes.length,
    updated: nodes.filter(({ updated }) => updated === true).length,
    outdated: nodes.filter(({ updated }) => updated === false).length,
    missing: nodes.filter(({ updated, pods }) => updated === false && pods.length === 0).length,
    unknown: nodes.filter(({ updated }) => updated === "unknown").length,
    ready: nodes.filter(({ node, pods: [pod] }) => pod?.ready === true && node?.ready !== "unknown").length,
    releases,
  };
}
