import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { NodeFacts } from "../model/node.ts";
import type { PodFacts } from "../model/pod.ts";
import type { Reading, Truth } from "../model/reading.ts";
import type { RestartForecast } from "../model/restart-forecast.ts";
import type { RevisionFacts } from "../model/revision.ts";
import type { Millis } from "../model/time.ts";

/** What the rules of the node step look at, again before each node. */
export interface NodeStepFacts {
  readonly daemonSet: Reading<DaemonSetFacts>;
  readonly nodes: Reading<ReadonlyMap<string, NodeFacts>>;
  /** The DaemonSet's pods. */
  readonly pods: Reading<readonly PodFacts[]>;
  readonly revisions: Reading<readonly RevisionFacts[]>;
  readonly bgp: Reading<boolean>;
  /** Whether every node peers with every other one; false where BGP is not in use. */
  readonly mesh: Reading<boolean>;
  /** Restart time that BGP peers are told, where it is configured. */
  readonly restartTime: Reading<Millis | undefined>;
  /** `v1.36.4`. */
  readonly serverVersion: Reading<string>;
  /** namespace/name of Services of type LoadBalancer. */
  readonly loadBalancers: Reading<readonly string[]>;
  /** Who writes the DaemonSet by itself, again and again. */
  readonly reconcilers: Reading<readonly string[]>;
  /** Calico's data before v2.5 and after, compared. */
  readonly oldData: Reading<OldData>;
}

/** Objects that differ between ThirdPartyResources and CRDs; none: the server does not serve the former. */
export type OldData = "none" | readonly string[];

/** What is about to be done, as far as rules have to know. */
export interface NodeSubject {
  readonly node: string;
  /** The run changes the template or the strategy of the DaemonSet. */
  readonly writesDaemonSet: boolean;
  /** What calico-node runs after it; undefined: nobody said. */
  readonly image?: string;
  readonly takeOver: boolean;
  readonly noCordon: boolean;
  /** The other pods of the node are evicted. */
  readonly drains?: boolean;
  /** How many nodes may be restarted at once; undefined: one. */
  readonly maxUnavailable?: number;
  readonly expectReady: boolean;
  /** How long the restart may take; undefined: nothing depends on it (hazard H22). */
  readonly forecast?: RestartForecast;
  /** Nodes that this run brings to Ready before this one: a restart of ours that is still under way. */
  readonly earlier: readonly string[];
  /** Pods of an older revision are expected not to be Ready: Typha is newer than they take (hazard H06). */
  readonly oldUnready?: boolean;
}

/** A truth as a reading: an unknown one makes every rule that needs it unknown. */
export function truthReading(truth: Truth, message: string): Reading<boolean> {
  return truth === "unknown" ? { known: false, why: "failed", message } : { known: true, value: truth };
}
