import type { NodeFacts } from "../../model/node.ts";
import type { Millis } from "../../model/time.ts";

/** What a run over several nodes keeps to. Everything in it is fixed before the first write. */
export interface FleetGoal {
  readonly canaries: ReadonlySet<string>;
  readonly canarySettle: Millis;
  /** Nodes that may be unavailable at once, ours or not. */
  readonly maxUnavailable: number;
  readonly interval: Millis;
  readonly until?: Millis;
  readonly maxGap?: Millis;
  readonly maxFailures: number;
  readonly before: Before;
  /** Whether a node that came since belongs to the run as well. */
  readonly joins: (node: NodeFacts) => boolean;
  /** Nodes that go away are left out; else the run stops there. */
  readonly mayVanish: boolean;
}

/** How the cluster was when the run was checked. */
export interface Before {
  /** Every node there was. */
  readonly nodes: ReadonlySet<string>;
  /** Nodes that were Ready. */
  readonly ready: ReadonlySet<string>;
  /** UIDs of calico-node pods that were not. */
  readonly unready: ReadonlySet<string>;
  /** Pods of an older revision are expected not to be Ready (hazard H06). */
  readonly oldUnready: boolean;
}
