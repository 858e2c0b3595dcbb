import type { ObjectChange } from "../../model/change.ts";
import type { DatastoreType } from "../../model/datastore.ts";
import type { Reading } from "../../model/reading.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop } from "../decision.ts";
import type { ControllerGoal } from "./goal.ts";
import type { ControllerSeen } from "./seen.ts";
import type { ControllerWorld, LiveWorkload } from "./world.ts";

/** What a controller run came to. */
export interface ControllerRunResult {
  readonly goal: ControllerGoal;
  readonly world: ControllerWorld;
  readonly seen: ControllerSeen;
  readonly stop?: Stop;
  /** A signal came, however the run ended. */
  readonly interrupted: boolean;
  /** The last lines of a container that crashed, where that is why the run stopped. */
  readonly log?: readonly string[];
  readonly dryRun: "none" | "client" | "server";
  readonly datastore: DatastoreType | "unknown";
  readonly changes: Reading<readonly ObjectChange[]>;
  /** Whether the controller hands out load-balancer addresses too. */
  readonly balancers: boolean;
  /** Old controllers at no replicas. */
  readonly left: readonly LiveWorkload[];
  readonly bundle?: string;
  readonly ended: Millis;
}
