import type { Truth } from "../../model/reading.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop } from "../decision.ts";
import type { PrepullResult } from "../prepull/result.ts";
import type { NodeGoal } from "./goal.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeWorld } from "./world.ts";

/** What a node run came to. */
export interface NodeRunResult {
  readonly goal: NodeGoal;
  readonly world: NodeWorld;
  readonly seen: NodesSeen;
  readonly stop?: Stop;
  /** Nodes that were not begun although nothing stopped the run, and why. */
  readonly left?: { readonly why: "canaries" | "until"; readonly nodes: readonly string[] };
  /** A signal came, however the run ended. */
  readonly interrupted: boolean;
  readonly dryRun: "none" | "client" | "server";
  /** The graceful-restart budget (hazard H22); undefined where BGP is not in use. */
  readonly budget?: Millis;
  readonly bgp: Truth;
  readonly ended: Millis;
  /** What was pulled before; absent where nothing had to be. */
  readonly prepull?: PrepullResult;
  /** The command that goes on where the run was only to pull. */
  readonly next?: string;
  /** The directory with what the run changed; undefined where it changed nothing that `undo` takes back. */
  readonly bundle?: string;
  /** The last lines of a container that crashed, where that is why the run stopped. */
  readonly log?: readonly string[];
}
