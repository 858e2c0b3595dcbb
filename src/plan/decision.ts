import type { Ref } from "../model/kube.ts";
import type { RunCommand } from "../model/run-command.ts";
import type { Millis } from "../model/time.ts";

/**
 * What to do next, asked again after every write, watch event and conflict. A list of steps made
 * beforehand is for showing only: every resourceVersion in it is stale by the time it is used.
 */
export type Decision<Step, Read = never, Child = never> =
  | { readonly kind: "step"; readonly step: Step }
  /** The server is asked something that changes nothing. */
  | { readonly kind: "read"; readonly read: Read }
  /** A part of this procedure that is a procedure of its own. */
  | { readonly kind: "enter"; readonly child: Child }
  | Wait
  | { readonly kind: "done" }
  | { readonly kind: "stop"; readonly reason: Stop };

/** How a run ended. `interrupted`: a signal came, whatever was still brought to its end. */
export type Ended<Memory> = { readonly memory: Memory; readonly interrupted: boolean } & (
  | { readonly kind: "done" }
  | { readonly kind: "stopped"; readonly reason: Stop }
);

/** The phases of a run, in the order in which they are shown. */
export type PhaseName = NodePhaseName | ControllerPhaseName | ObjectsPhaseName | "prepull";

export type NodePhaseName =
  | "hold"
  | "template"
  | "cordon"
  | "drain"
  | "restart"
  | "ready"
  | "settle"
  | "probe"
  | "uncordon"
  | "finish";

/** The phases of a controller run, in the order in which they are shown; settle is the nodes' own. */
export type ControllerPhaseName = "stop old" | "old gone" | "deploy" | "rollout";

/** write: objects are written; served: until a new kind is; gone: until what was deleted is. */
export type ObjectsPhaseName = "write" | "served" | "gone";

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
  /** What gets worse while it lasts: reported once, as a warning. */
  readonly alarm?: string;
  /** Time alone ends it, whatever the cluster shows: a dry run tells it and does not stop there. */
  readonly passes?: true;
  /** Events would tell more: they are not watched, only asked for when something takes long. */
  readonly wantsEvents?: boolean;
  /** The objects that are waited for, where the world does not watch all that it knows. */
  readonly on?: readonly Ref[];
}

/** Why a run ends before its goal: what was seen, and what the user can do. */
export interface Stop {
  /** A hazard or rule id where one applies. */
  readonly id?: string;
  readonly message: string;
  /** What to do, in one line; a command where there is one. */
  readonly hint?: string;
  readonly node?: string;
  /** The hint says that this node stays cordoned. */
  readonly saysCordoned?: boolean;
  /** The pod whose last log lines tell more. */
  readonly pod?: { readonly name: string; readonly namespace: string };
  /** Ended by Ctrl-C or SIGTERM. */
  readonly interrupted?: boolean;
  /** What the run was decided on is not so any more: it is planned, proven and asked again (hazard H32). */
  readonly outdated?: boolean;
}

/**
 * The commands that a hint may name, as the user would type them. They are made at the edge from the flag
 * tables, with the flags of the cluster that the user's own command has.
 */
export interface Commands {
  /** The command that began this run, with more flags. */
  readonly again: (...more: readonly string[]) => string;
  /** Another command about the same cluster and install. */
  readonly other: (...words: readonly string[]) => string;
  /** What undoes a run, by the directory of its bundle. */
  readonly undo: (bundle: string) => string;
  /** A command that the cluster keeps of a run (hazard H33). */
  readonly kept: (command: RunCommand, ...more: readonly string[]) => string;
}
