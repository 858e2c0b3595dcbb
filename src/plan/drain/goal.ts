import type { LabelSelector } from "../../model/label-selector.ts";
import type { Millis } from "../../model/time.ts";

/** Which pods of a node are evicted, as the flags of kubectl drain say it. */
export interface DrainRules {
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  /** Also pods that nothing makes again; kubectl drain's --force. */
  readonly deleteUnmanaged: boolean;
  /** Undefined: all. */
  readonly selector?: LabelSelector;
}

/** How the other pods of a node are evicted before its calico-node is restarted. */
export interface DrainGoal extends DrainRules {
  /** The version of Eviction that the server has, or a delete that asks no PodDisruptionBudget. */
  readonly by: { readonly eviction: string } | "delete";
  /** How long it may take on one node; 0 is no limit. */
  readonly timeout: Millis;
}
