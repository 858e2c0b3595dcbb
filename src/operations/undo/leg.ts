import type { Bundle } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import type { Output } from "../../render/output.ts";
import type { UndoneEntry, UndoneRestart } from "../../render/undo/kind.ts";
import type { UndoOptions } from "../../commands/undo/options.ts";
import type { Prepared } from "./prepare.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What was done of one bundle. */
export interface Done {
  /** By the ids of entries. */
  readonly results: Map<number, UndoneEntry["result"]>;
  readonly restarted: UndoneRestart[];
}

/** One bundle on its way back, looked at and not begun: the run's own, or one of a run that was a part of it. */
export interface Leg {
  readonly bundle: Bundle;
  /** What each entry comes to, as it was looked at last. */
  readonly prepared: () => readonly Prepared[];
  /** Why nothing may be written at all, whatever is forced. */
  readonly boundary?: string;
  /** Objects that will have gone back by it, which later ones are judged by. */
  readonly gone: readonly UndoTarget[];
  /** Absent where there is nothing to do, or something is refused. */
  readonly way?: Way;
}

export interface Way {
  /** What is going to happen, for the question. */
  readonly what: string;
  /** Rights and guards of what follows the writes; what stands against them is told or thrown. */
  mayBegin(): Promise<boolean>;
  /** Saves, then writes. Throws at the first that fails, and where it is interrupted. */
  perform(own: OpenBundle | undefined, done: Done): Promise<void>;
}

/** What every bundle of one `undo` shares. */
export interface Around {
  readonly options: UndoOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
  /** Mutation lines are the result. */
  readonly lines: boolean;
}
