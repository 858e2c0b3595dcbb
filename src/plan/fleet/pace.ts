import type { LabelSelector } from "../../model/label-selector.ts";
import type { Millis } from "../../model/time.ts";

/** Which nodes a run is about. */
export interface NodeSelection {
  /** By name, in the order given; undefined: all of the cluster, or those that `labels` selects. */
  readonly names?: readonly string[];
  readonly labels?: LabelSelector;
  readonly exclude: readonly Excluded[];
}

/** A node by its name, or all that have these labels. */
export type Excluded =
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "labels"; readonly selector: LabelSelector };

/** zone: one zone after the other; name: by name; given: as the command line names them. */
export type FleetOrder = "zone" | "name" | "given";

/** In which order, and how fast, a run takes its nodes. */
export interface Pace {
  readonly order: FleetOrder;
  /** How many nodes of each class are done before all others; 0: none. */
  readonly canaries: number;
  /** The run ends after them, or asks. */
  readonly pauseAfter?: "canaries";
  /** A number of nodes, or a part of all nodes in percent. */
  readonly maxUnavailable: { readonly nodes: number } | { readonly percent: number };
  /** Between the end of one node and the beginning of the next. */
  readonly interval: Millis;
  /** How long a canary must stay Ready; undefined: the usual time. */
  readonly canarySettle?: Millis;
  /** No node is begun that would end later. */
  readonly until?: Millis;
  /** A node that was down for longer ends the run. */
  readonly maxGap?: Millis;
  /** So many nodes may fail before the run ends. */
  readonly maxFailures: number;
}

/** One node at a time, in the order given, without canaries. */
export const plainPace: Pace = {
  order: "given",
  canaries: 0,
  maxUnavailable: { nodes: 1 },
  interval: 0,
  maxFailures: 0,
};

/** How many nodes may be unavailable at once: a percentage is rounded down, and one is always allowed. */
export function limitOf({ maxUnavailable }: Pick<Pace, "maxUnavailable">, nodes: number): number {
  if ("nodes" in maxUnavailable) return maxUnavailable.nodes;
  return Math.max(1, Math.floor((nodes * maxUnavailable.percent) / 100));
}
