import type { Draft } from "../model/draft.ts";
import type { Ref } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { ServerVerdict } from "../model/server-verdict.ts";
import type { Write } from "../model/write.ts";
import type { Decision, Ended, Stop } from "./decision.ts";

/** One part of the goal has come to its end without a write. */
export type Settled =
  /** There is nothing to do for it. */
  | { readonly kind: "skip" | "vanished"; readonly node: string; readonly why?: string }
  /** It is given up, and the others go on. */
  | { readonly kind: "failed"; readonly node: string; readonly why: string; readonly stop: Stop };

/** An object, by what it was when something was decided on it. */
export interface Basis {
  readonly ref: Ref;
  readonly resourceVersion: string;
}

/**
 * A procedure is a pure function of what the cluster shows and of what this process has seen. The edge
 * performs one step, observes, and asks again; it knows nothing of what the steps mean. `Read` is what a
 * procedure asks the server without writing (a dry run, an access review), `Child` a procedure that is one of
 * its parts.
 */
export interface Procedure<
  World,
  Memory,
  Step extends { readonly kind: string },
  Read = never,
  Child = never,
> {
  readonly start: Memory;
  /** Takes in what the cluster shows now. */
  look(memory: Memory, world: World, now: Millis): Memory;
  next(world: World, memory: Memory, now: Millis): Decision<Step, Read, Child> | Settled;
  /** Takes in a step that was carried out; `at` is the server's clock when it was sent. */
  acted(memory: Memory, step: Step, at: Millis): Memory;
  settled(memory: Memory, what: Settled): Memory;
  /** The run has to stop: what comes next only gives back what it holds. */
  stopping(memory: Memory, reason: Stop): Memory;
  /** The first Ctrl-C or SIGTERM. */
  interrupted(memory: Memory, at: Millis): Memory;
  writes(step: Step): readonly Write[];
  /** The cluster as it would be after a step that a dry run leaves out. */
  assume(world: World, step: Step, now: Millis): World;
  /** What is saved before a step, a draft for each of its writes; undefined: there is nothing to undo. */
  saves?(step: Step, world: World): readonly (Draft | undefined)[];
  /**
   * The same step with these of its writes only. A procedure that has it sends the writes of a step side by
   * side: their order does not matter, and some may go through while others do not.
   */
  only?(step: Step, writes: readonly number[]): Step;
  /**
   * For each write of a step, another object that it rests on, as it was decided on: the write is not sent any
   * more when that has changed (hazard H32).
   */
  restsOn?(step: Step): readonly (Basis | undefined)[];
  /** Takes in that nobody knows what became of this step, sent at that time: it may have gone through. */
  unanswered?(memory: Memory, step: Step, sent: Millis): Memory;
  /**
   * Takes in that the server said "not now" to a step, which the procedure asks for again when it is time; undefined: it
   * is a failure like any other.
   */
  postponed?(
    memory: Memory,
    step: Step,
    error: {
      readonly message: string;
      readonly status?: number;
      readonly details?: Readonly<Record<string, unknown>>;
    },
    at: Millis,
  ): Memory | undefined;
  /** What the server's refusal of a write means; undefined: what it says. */
  refused?(write: Write, error: { readonly message: string; readonly status?: number }): Stop | undefined;
  /** Takes in what the server said to a read. */
  learned?(memory: Memory, read: Read, verdict: ServerVerdict): Memory;
  /** Takes in how a part ended. */
  left?(memory: Memory, child: Child, ended: Ended<unknown>): Memory;
}
