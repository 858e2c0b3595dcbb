import type { NamespacedName } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { TriedWrites } from "../try-writes.ts";

/** What is asked of the controller, checked and in the terms of the run. */
export interface ControllerRequest {
  /** Sets strategy Recreate and one replica. */
  readonly fixStrategy: boolean;
  readonly takeOver: boolean;
  readonly settle?: Millis;
  /** How long the whole run may take; 0 is no limit. */
  readonly timeout: Millis;
  /** Ids of rules and guards that do not block. */
  readonly ignored: ReadonlySet<string>;
  /** Rules about what an earlier part of the same run does: a dry run does not ask them. */
  readonly settled: ReadonlySet<string>;
  /** Whose controller it is, where several DaemonSets run calico-node (hazard H20). */
  readonly daemonSet?: NamespacedName;
  /** Part of a run that asks the rules of all of its steps, and has steps for the file's other objects. */
  readonly asStep: boolean;
  /** What the run that this is a part of has tried. */
  readonly tried?: TriedWrites;
}
