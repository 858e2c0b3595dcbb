import type { Millis } from "../model/time.ts";

/**
 * What to do next, asked anew after every write, watch event and conflict. A list of steps made
 * beforehand is for showing only: every resourceVersion in it is stale by the time it is used.
 */
export type Decision<Step> =
  | { readonly kind: "step"; readonly step: Step }
  | Wait
  | { readonly kind: "done" }
  | { readonly kind: "stop"; readonly reason: Stop };

/** The phases of a run, those of a node run in the order in which they are shown. */
export type PhaseName =
  | "hold"
  | "template"
  | "cordon"
  | "restart"
  | "ready"
  | "settle"
  | "probe"
  | "uncordon"
  | "finish"
  | ControllerPhaseName;

/** The phases of a controller run, in the order in which they are shown; settle is the nodes' own. */
export type ControllerPhaseName = "stop old" | "old gone" | "deploy" | "rollout";

/** Nothing to do until the cluster changes, at the latest until `until`. */
export interface Wait {
  readonly kind: "wait";
  readonly for: string;
  readonly until: Millis;
  readonly node?: string;
  /** The phase of the shown list that this wait belongs to. */
  readonly phase: PhaseName;
  /** Why it takes so long, in the words of the kubelet, the scheduler or a controller. */
  readonly stuck?: string;
  /** Events would tell more: they are not watched, only asked for when something takes long. */
  readonly wantsEvents?: boolean;
}

/** Why a run ends before its goal: what was seen, and what the user can do. */
export interface Stop {
  /** A hazard or rule id where one applies. */
  readonly id?: string;
  readonly message: string;
  /** What to do, in one line; a command where there is one. */
  readonly hint?: string;
  readonly node?: string;
  /** The pod whose last log lines tell more. */
  readonly pod?: { readonly name: string; readonly namespace: string };
  /** Ended by Ctrl-C or SIGTERM. */
  readonly interrupted?: boolean;
}
