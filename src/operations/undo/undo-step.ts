import type { Bundle } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import type { Ended } from "../../plan/decision.ts";
import type { RunPart, PartResult } from "../../plan/sequence/procedure.ts";
import type { UndoneEntry, UndoneRestart } from "../../render/undo/kind.ts";
import type { Session } from "../session.ts";
import type { Inverse } from "./inverse.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What was done of one bundle. */
export interface UndoProgress {
  /** By the ids of entries. */
  readonly results: Map<number, UndoneEntry["result"]>;
  readonly restarted: UndoneRestart[];
}

/** One bundle on its way back, looked at and not begun: the run's own, or one of a run that was a part of it. */
export interface UndoStep {
  readonly bundle: Bundle;
  /** What each entry comes to, as it was looked at last. */
  readonly inverses: () => readonly Inverse[];
  /** Why nothing may be written at all, whatever is forced. */
  readonly boundary?: string;
  /** Objects that will have gone back by it, which later ones are judged by. */
  readonly gone: readonly UndoTarget[];
  /** Absent where there is nothing to do, or something is refused. */
  readonly work?: UndoWork;
}

export interface Restarts {
  /** Nodes where calico-node restarts. */
  readonly nodes: readonly string[];
  /** `Deployment/kube-system/calico-typha` */
  readonly workloads: readonly string[];
}

export interface UndoWork {
  /** What is going to happen, for the question. */
  readonly what: string;
  /** What restarts for it, for the question. */
  readonly restarts: Restarts;
  /** Rights and guards of what follows the writes; what stands against them. Throws UserError. */
  check(session: Session): Promise<readonly string[]>;
  /** The parts of its way back, in their order; each saves before it writes. */
  parts(own: OpenBundle | undefined, done: UndoProgress): readonly UndoPart[];
}

export interface UndoPart extends RunPart {
  readonly run: (session: Session) => Promise<Ended<PartResult>>;
}
