import type { Draft } from "../../model/draft.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Commands, ObjectsPhaseName, Stop } from "../decision.ts";
import type { WriteKind } from "../planned-writes.ts";

/** What became of one object. */
export type WriteOutcome = "created" | "configured" | "serverside-applied" | "deleted";

/** What is to become of some objects. Everything in it is fixed before the first write. */
export interface ObjectsGoal {
  /** In the order in which they are written; those of one stage go side by side. */
  readonly stages: readonly (readonly ObjectGoal[])[];
  /** How long one stage may wait; 0 is no limit. */
  readonly timeout: Millis;
  readonly commands: Commands;
}

/** One object, and what it is to become. */
export interface ObjectGoal {
  readonly ref: Ref;
  /**
   * The write that it needs as it is now (undefined: it is not there); none where it is as it should be. A Stop
   * where it must not be written any more: nothing is overwritten unseen.
   */
  readonly intended: (live: KubeObject | undefined, now: Millis) => Write | Stop | undefined;
  /** What is saved before that write; undefined: there is nothing to undo. */
  readonly draft?: (live: KubeObject | undefined, write: Write) => Draft | undefined;
  /** What was done, in kubectl's words; undefined: by the write. */
  readonly verb?: string;
  /** What its write is counted with; undefined: it is reported alone. */
  readonly kind?: WriteKind;
  /** What is reported although nothing is left to write; `earlier`: an earlier stage has written it. */
  readonly confirms?: (earlier: boolean) => WriteOutcome | undefined;
  /** What has to be true before the next stage begins. */
  readonly waits?: ObjectWait;
  /** Only where this run has written it by a server-side apply in the stage before. */
  readonly onlyAfterApply?: true;
  /** A note of ours on it, or what a later stage reports: it is not reported. */
  readonly bookkeeping?: true;
  /** What the server's refusal of its write means to the user. */
  readonly refusal?: (error: { readonly message: string; readonly status?: number }) => Stop | undefined;
}

export interface ObjectWait {
  readonly phase: ObjectsPhaseName | "rollout";
  /** What is still missing, as `… to roll out`; undefined: nothing. */
  readonly missing: (live: KubeObject | undefined) => string | undefined;
  /** Why a wait that took too long may have failed. */
  readonly late: (missing: string) => Stop;
  /** Only after a write of this run. */
  readonly onlyIfWritten?: true;
}
