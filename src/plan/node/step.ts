import type { DaemonSetFacts, Strategy } from "../../model/daemonset.ts";
import type { DrainPod } from "../../model/drain-pod.ts";
import type { CordonLease, RunLease } from "../../model/lease.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { Kept, NodeRecord } from "../../model/node-record.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Write } from "../../model/write.ts";
import type { DrainGoal } from "../drain/goal.ts";

/** One step of a node run: exactly one thing happens in the cluster. */
export type NodeStep =
  /** Takes the run's lease; `pin` holds the strategy at OnDelete in the same patch (hazard H12). */
  | {
      readonly kind: "claim";
      readonly daemonSet: DaemonSetFacts;
      readonly lease: RunLease;
      readonly pin?: Strategy;
      readonly through?: true;
    }
  | { readonly kind: "renew"; readonly daemonSet: DaemonSetFacts; readonly lease: RunLease }
  | {
      readonly kind: "template";
      readonly daemonSet: DaemonSetFacts;
      readonly writes: readonly Write[];
      readonly through?: true;
    }
  /** Cordon and lease in one patch (hazard H13). */
  | {
      readonly kind: "cordon";
      readonly node: NodeFacts;
      readonly lease: CordonLease;
      readonly through?: true;
    }
  /** Continues on a node that an earlier run left under its lease. */
  | { readonly kind: "take-lease"; readonly node: NodeFacts; readonly lease: CordonLease }
  /** Removes our annotation and leaves `unschedulable` as it is. */
  | {
      readonly kind: "drop-lease";
      readonly node: NodeFacts;
      readonly why: DropReason;
      /** Of a restart that came to its end. */
      readonly record?: NodeRecord;
      readonly through?: true;
    }
  | {
      readonly kind: "delete-pod";
      readonly node: NodeFacts;
      readonly pod: PodFacts;
      readonly gracePeriod?: number;
      /** An earlier try, which nobody answered, has gone through. */
      readonly through?: true;
    }
  /** One of the other pods, by what `DrainGoal.by` says. */
  | {
      readonly kind: "evict";
      readonly node: NodeFacts;
      readonly pod: DrainPod;
      readonly by: DrainGoal["by"];
    }
  | { readonly kind: "probe"; readonly node: NodeFacts; readonly namespace: string; readonly image: string }
  | { readonly kind: "probe-done"; readonly node: NodeFacts; readonly pod: PodFacts }
  | {
      readonly kind: "uncordon";
      readonly node: NodeFacts;
      readonly why: "done" | "interrupted";
      /** Of a restart that came to its end. */
      readonly record?: NodeRecord;
      /** An earlier try, which nobody answered, has gone through: there is nothing to write. */
      readonly through?: true;
    }
  | {
      readonly kind: "unpin";
      readonly daemonSet: DaemonSetFacts;
      readonly strategy: Strategy;
      /** Silent nodes with an older revision: the controller may now delete their pods (hazard H16). */
      readonly silent: readonly string[];
      readonly writes: readonly Write[];
      readonly through?: true;
    }
  /** Ends the run's lease: removed, or kept without holder where nodes are left to do. */
  | {
      readonly kind: "end-run";
      readonly daemonSet: DaemonSetFacts;
      readonly lease?: RunLease;
      readonly clearPin: boolean;
    };

/**
 * void: somebody made the node schedulable by hand; was-cordoned: it was unschedulable before us; cordoned-again:
 * somebody cordoned it again after us, or when that was is not known; no-cordon: the restart was done without one.
 */
export type DropReason = Kept;
