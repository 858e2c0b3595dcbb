import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import type { Decision, Stop } from "./decision.ts";

/** There is nothing to do for one part of the goal; no write belongs to that. */
export interface Settled {
  readonly kind: "skip" | "vanished";
  readonly node: string;
  readonly why?: string;
}

/**
 * A procedure is a pure function of what the cluster shows and of what this process has seen. The edge
 * performs one step, observes, and asks again; it knows nothing of what the steps mean.
 */
export interface Procedure<World, Memory, Step extends { readonly kind: string }> {
  readonly start: Memory;
  /** Takes in what the cluster shows now. */
  look(memory: Memory, world: World, now: Millis): Memory;
  next(world: World, memory: Memory, now: Millis): Decision<Step> | Settled;
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
}
