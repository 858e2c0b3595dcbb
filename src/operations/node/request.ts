import type { Millis } from "../../model/time.ts";
import type { PrepullRequest } from "../prepull/request.ts";
import type { DrainRules } from "../../plan/drain/goal.ts";
import type { Pace, NodeSelection } from "../../plan/fleet/pace.ts";
import type { BgpCheck } from "../../plan/node/goal.ts";

export type BgpCheckMode = BgpCheck["mode"] | "off";

/** How the other pods of each node are evicted. */
export interface DrainRequest extends DrainRules {
  /** Pods are deleted, whatever PodDisruptionBudgets say. */
  readonly disableEviction: boolean;
  /** How long it may take on one node; 0 is no limit. */
  readonly timeout: Millis;
}

/** What is asked of the nodes of an install, checked and in the terms of the run. */
export interface NodesRequest {
  /** Node names, in the order in which they are done. */
  readonly nodes: readonly string[];
  /** Nodes that the run restarts before these. */
  readonly before?: readonly string[];
  /** Which nodes may be among them; undefined: all. */
  readonly selection?: NodeSelection;
  /** Undefined: one node after the other, in the order given. */
  readonly pace?: Pace;
  /** Undefined: the only one. */
  readonly daemonSet?: { readonly namespace: string; readonly name: string };
  /** Restart nodes that run the newest revision already. */
  readonly restart: boolean;
  readonly noCordon: boolean;
  /** Undefined: the other pods stay. */
  readonly drain?: DrainRequest;
  readonly probeImage?: string;
  /** Seconds. */
  readonly gracePeriod?: number;
  readonly settle?: Millis;
  /** How long one node may take; 0 is no limit. */
  readonly timeout: Millis;
  readonly takeOver: boolean;
  /** Of a detached run: the holder of its lease whose pod has ended, and the node that the run itself is on. */
  readonly inJob?: { readonly gone?: string; readonly node?: string };
  /** Undefined: as usual. */
  readonly prepull?: PrepullRequest;
  /** Whether BIRD is asked for its sessions; undefined: auto. */
  readonly bgpCheck?: BgpCheckMode;
  /** The run ends when the images are pulled. */
  readonly until?: "prepull";
  /** Ids of rules and guards that do not block. */
  readonly ignored: ReadonlySet<string>;
  /** Whether the file's DaemonSet is written although its surroundings are not there (hazard H05). */
  readonly templateOnly: boolean;
  /** Pods of an older revision are expected not to be Ready (hazard H06). */
  readonly oldUnready?: boolean;
}
