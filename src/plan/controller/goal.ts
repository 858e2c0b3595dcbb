import type { KubeObject } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Commands } from "../decision.ts";
import type { LeaseGoal } from "../lease/under-lease.ts";

/** What a `controller` run is to reach. Everything in it is fixed before the first write. */
export interface ControllerGoal {
  /** The controller that runs in the end. */
  readonly target: TargetWorkload;
  /** Workloads that the file has at no replicas: v2.6 turns the older controller off by one. */
  readonly stubs: readonly TargetWorkload[];
  /** UIDs of the controllers that stop for the target; any other one is somebody else's doing. */
  readonly replaces: readonly string[];
  /** On the install's DaemonSet (hazard H13); undefined: nothing is written, or there is none to hold it. */
  readonly lease?: LeaseGoal;
  /** How long Ready must last without a restart (hazard H23). */
  readonly settle: Millis;
  /** How long the whole run may take; 0 is no limit. */
  readonly timeout: Millis;
  readonly commands: Commands;
  /** The pod that it makes: the server is asked whether it would take it, before the old one stops (hazard H30). */
  readonly pod?: KubeObject;
  /** How to go back to the controller that was there, in one line. */
  readonly back: string;
}

/** One workload of the goal, and what brings the live one to it. */
export interface TargetWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Pods of a ReplicaSet are not replaced by a new template: it stops and starts again. */
  readonly stopFirst: boolean;
  /** Empty when the live one (undefined: there is none) is as it should be. */
  readonly reconcile: (live: KubeObject | undefined) => readonly Write[];
}
