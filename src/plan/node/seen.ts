import { calicoNode } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { ServerVerdict } from "../../model/server-verdict.ts";
import type { Stop } from "../decision.ts";
import { blockedWhy, nothingDrained, type DrainSeen } from "../drain/seen.ts";
import type { FleetSeen } from "../fleet/seen.ts";
import type { Up } from "../up-since.ts";
import type { BgpSeen } from "./bgp-seen.ts";
import type { Bound } from "./measure.ts";
import { withoutLease, type KeptLease } from "../lease/kept.ts";
import { isOpenStep, type OpenStep } from "./through.ts";
import type { DropReason, NodeStep } from "./step.ts";

/**
 * What this process has seen so far. The run's state lives in the cluster; this is only what cannot be
 * read from it: when something was first seen, and what this process did itself.
 */
export interface NodesSeen extends KeptLease {
  readonly nodes: Readonly<Record<string, NodeSeen>>;
  /** This process has held the run's lease. */
  readonly claimed: boolean;
  /** We have seen the DaemonSet held at OnDelete by our pin. */
  readonly pinned: boolean;
  /** We have put the strategy back ourselves, or nobody knows whether we have. */
  readonly unpinned: boolean;
  readonly templateWritten: boolean;
  /** Nobody knows what became of this step. */
  readonly open?: OpenStep;
  /** Since when the DaemonSet's template has had no revision. */
  readonly unobservedSince?: Millis;
  /** The node that the run waits for, as all that are left have to wait, and since when. */
  readonly held?: { readonly node: string; readonly until: Millis; readonly since: Millis };
  /** The nodes that this process does not work on. */
  readonly fleet?: FleetSeen;
  /** BIRD of some node has answered. */
  readonly bgpAsked?: true;
  /** BIRD of the first node could not be asked, and why: those of the others are not. */
  readonly bgpUnasked?: string;
  /** First Ctrl-C. */
  readonly interrupted?: Millis;
  /** Latched: a run that has to stop gives up its lease first. */
  readonly stop?: Stop;
}

export interface NodeSeen {
  readonly began: Millis;
  /** When this process took the node in hand, and when it gave it back. */
  readonly worked?: Millis;
  readonly ended?: Millis;
  /** This process set the cordon: no need to ask whether somebody else did since. */
  readonly cordoned: boolean;
  readonly deleted?: { readonly uid: string; readonly at: Millis };
  /** finishedAt of the old calico-node container, by the node's clock. */
  readonly oldStopped?: Millis;
  /** Since when the pod that was deleted had not been up, by the server's clock; absent: it was up. */
  readonly wasDown?: { readonly at: Millis; readonly bound: Bound };
  /** When an earlier process took the lease, where the pod was replaced before this one came. */
  readonly continued?: Millis;
  /** The last startedAt of the new one, by the node's clock, and when that was seen, by the server's. */
  readonly lastStart?: { readonly at: Millis; readonly seen: Millis };
  /** Since when the new one has been Ready, once it has settled. */
  readonly readyAt?: Millis;
  /** UIDs of pods seen since the delete, with the time each was first seen: churn. */
  readonly uids: readonly { readonly uid: string; readonly at: Millis }[];
  readonly up?: Up;
  readonly drain?: DrainSeen;
  readonly probed?: boolean;
  /** What the server said to the new pod of this node (hazard H30). */
  readonly admission?: ServerVerdict;
  /** What BIRD said of its sessions. */
  readonly bgp?: BgpSeen;
  /** Deletes its pod, and nobody answered; `sent`: the first time. */
  readonly deleting?: { readonly step: PodDelete; readonly sent: Millis };
  /** Gives the node back, and nobody answered. */
  readonly givingBack?: GiveBack;
  readonly outcome?: NodeOutcome;
}

export type PodDelete = Extract<NodeStep, { kind: "delete-pod" }>;

export type GiveBack = Extract<NodeStep, { kind: "uncordon" | "drop-lease" }>;

export type NodeOutcome =
  | { readonly result: "restarted"; readonly kept?: "was-cordoned" | "cordoned-again" | "void" }
  | { readonly result: "skipped"; readonly why: string }
  | { readonly result: "vanished" }
  /** It stays cordoned, and the run goes on with others. */
  | { readonly result: "failed"; readonly stop: Stop };

export const nothingSeen: NodesSeen = {
  nodes: {},
  claimed: false,
  pinned: false,
  unpinned: false,
  templateWritten: false,
};

export function nodeSeen(seen: NodesSeen, node: string, now: Millis): NodeSeen {
  return seen.nodes[node] ?? { began: now, cordoned: false, uids: [] };
}

export function withNode(seen: NodesSeen, node: string, change: NodeSeen): NodesSeen {
  return { ...seen, nodes: { ...seen.nodes, [node]: change } };
}

/** Takes in what this process did; `at` is the server's clock when it answered. */
export function acted(before: NodesSeen, step: NodeStep, at: Millis): NodesSeen {
  const seen = answered(before, step);
  switch (step.kind) {
    case "template":
      return { ...seen, templateWritten: true };
    case "cordon":
      return change(seen, step.node.name, at, { cordoned: true, began: at, worked: at });
    case "evict": {
      const { drain = nothingDrained } = nodeSeen(seen, step.node.name, at);
      return change(seen, step.node.name, at, {
        drain: { ...drain, evicted: [...drain.evicted, step.pod.uid] },
      });
    }
    case "delete-pod":
      return change(seen, step.node.name, at, {
        began: at,
        worked: nodeSeen(seen, step.node.name, at).worked ?? at,
        // When it was not answered, it took place at some time after it was sent (hazard H22).
        deleted: { uid: step.pod.uid, at: before.nodes[step.node.name]?.deleting?.sent ?? at },
        ...downBefore(step, nodeSeen(seen, step.node.name, at)),
      });
    case "probe-done":
      return change(seen, step.node.name, at, { probed: step.pod.ip !== undefined });
    case "uncordon":
      return change(
        seen,
        step.node.name,
        at,
        step.why === "done"
          ? {
              ...settledReady(nodeSeen(seen, step.node.name, at)),
              ended: at,
              outcome: { result: "restarted" },
            }
          : { cordoned: false },
      );
    case "drop-lease":
      return dropped(seen, step.node.name, step.why, at);
    case "claim":
      return { ...seen, claimed: true };
    case "end-run":
      return withoutLease(seen);
    case "renew":
    case "take-lease":
    case "probe":
      return seen;
    case "unpin":
      return { ...seen, unpinned: true };
  }
}

/**
 * Nobody knows what became of this step: where it went through, the pod is not deleted again, and a node that was given
 * back is done.
 */
export function unanswered(seen: NodesSeen, step: NodeStep, sent: Millis): NodesSeen {
  if (step.kind === "unpin") return { ...seen, unpinned: true, open: step };
  if (isOpenStep(step)) return { ...seen, open: step };
  if (step.kind === "delete-pod") {
    const { deleting } = nodeSeen(seen, step.node.name, sent);
    return change(seen, step.node.name, sent, { deleting: { step, sent: deleting?.sent ?? sent } });
  }
  if (step.kind !== "uncordon" && step.kind !== "drop-lease") return seen;
  return change(seen, step.node.name, 0, { givingBack: step });
}

/** "Not now" to an eviction is no failure: the pod is asked for again; undefined for whatever else. */
export function postponed(
  seen: NodesSeen,
  step: NodeStep,
  error: {
    readonly message: string;
    readonly status?: number;
    readonly details?: Readonly<Record<string, unknown>>;
  },
  at: Millis,
): NodesSeen | undefined {
  if (step.kind !== "evict" || error.status !== 429) return undefined;
  const { drain = nothingDrained } = nodeSeen(seen, step.node.name, at);
  const blocked = { ...drain.blocked, [step.pod.uid]: { at, why: blockedWhy(error) } };
  return change(seen, step.node.name, at, { drain: { ...drain, blocked } });
}

function answered(seen: NodesSeen, step: NodeStep): NodesSeen {
  if (seen.open?.kind === step.kind) {
    const { open: _through, ...rest } = seen;
    return rest;
  }
  if (step.kind !== "uncordon" && step.kind !== "drop-lease" && step.kind !== "delete-pod") return seen;
  const own = seen.nodes[step.node.name];
  const open = step.kind === "delete-pod" ? "deleting" : "givingBack";
  if (own?.[open] === undefined) return seen;
  const { [open]: _through, ...rest } = own;
  return withNode(seen, step.node.name, rest);
}

function dropped(seen: NodesSeen, node: string, why: DropReason, at: Millis): NodesSeen {
  const { deleted, cordoned } = nodeSeen(seen, node, at);
  // Given back before the delete (Ctrl-C, a guard): nothing was done on this node.
  if (cordoned && deleted === undefined) return change(seen, node, at, { cordoned: false });
  // A void lease found before anything was done is only cleaned up: the node is still to do.
  if (why === "void" && deleted === undefined) return seen;
  const ready = { ...settledReady(nodeSeen(seen, node, at)), ended: at };
  if (why === "no-cordon") return change(seen, node, at, { ...ready, outcome: { result: "restarted" } });
  return change(seen, node, at, { ...ready, outcome: { result: "restarted", kept: why } });
}

function settledReady({ up }: NodeSeen): Pick<NodeSeen, "readyAt"> {
  return up === undefined ? {} : { readyAt: up.since };
}

/**
 * Where the pod to be deleted is not up, the gap began before the DELETE: with the end of its container or of
 * Ready, or with the work of the run that brought it about. A pod that never was up tells only that it was so
 * since it is there.
 */
function downBefore({ pod, node }: PodDelete, { continued }: NodeSeen): Pick<NodeSeen, "wasDown"> {
  if (pod.ready) return {};
  const earlier = node.lease === undefined || node.lease === "unreadable" ? undefined : node.lease.since;
  const container = calicoNode(pod);
  const ended = container?.terminated?.finishedAt ?? container?.last?.finishedAt;
  const since = [pod.notReadySince, ended].filter((time) => time !== undefined);
  if (since.length > 0) return { wasDown: { at: Math.min(...since), bound: "at least" } };
  const began = continued ?? (earlier !== undefined && earlier < pod.created ? earlier : undefined);
  return {
    wasDown: began === undefined ? { at: pod.created, bound: "at least" } : { at: began, bound: "at most" },
  };
}

function change(seen: NodesSeen, node: string, at: Millis, fields: Partial<NodeSeen>): NodesSeen {
  return withNode(seen, node, { ...nodeSeen(seen, node, at), ...fields });
}
