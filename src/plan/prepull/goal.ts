import type { KubeObject } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { Commands } from "../decision.ts";
import type { LeaseGoal } from "../lease/under-lease.ts";

/** What is to be pulled, on all nodes of a run before the first of them is touched. */
export interface PrepullGoal {
  /** The DaemonSet's UID: pods of another one's run are not ours to remove. */
  readonly daemonSet: string;
  /** Those that lack images, in the order of the run. */
  readonly nodes: readonly NodePull[];
  /** How many nodes the run has in all. */
  readonly of: number;
  /** On so many nodes at once. */
  readonly ahead: number;
  /** How long one node may take; 0 is no limit. */
  readonly timeout: Millis;
  readonly lease: LeaseGoal;
  /** The run goes on with the same lease when all is pulled. */
  readonly keepsLease: boolean;
  /** What has been done by then, for a failure: `nothing was touched`. */
  readonly untouched: string;
  readonly commands: Commands;
}

export interface NodePull {
  readonly node: string;
  readonly images: readonly string[];
  readonly pod: KubeObject;
}
