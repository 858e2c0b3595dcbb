import { explain } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import type { Stop, Wait } from "../plan/decision.ts";
import type { Procedure, Settled } from "../plan/procedure.ts";
import { mayAskAgain, pauseAfter } from "./ask-again.ts";

/** A part of the cluster that is kept up to date while a procedure runs on it. */
export interface LiveWorld<World> {
  snapshot(): World;
  /** Ends when something changed, at `until` (by the clock of `now`), or when the signal says so. */
  changed(until: Millis, signal: AbortSignal): Promise<void>;
  /** Takes in the answer to a write, so that the next decision does not see the object as it was. */
  absorb(write: Write, answer: KubeObject | undefined): void;
  /** Reads anew what a write was about: somebody else was quicker, or the outcome is not known. */
  refresh(write: Write): Promise<void>;
  /** Asks for the events once. */
  fetchEvents(): Promise<void>;
}

export type DryRun = "none" | "client" | "server";

/** What the listeners (task list, plain lines, result object) hear. */
export type RunEvent<Memory, Step> =
  | { readonly kind: "begun"; readonly step: Step; readonly memory: Memory }
  | { readonly kind: "performed"; readonly step: Step; readonly memory: Memory }
  | { readonly kind: "waiting"; readonly wait: Wait; readonly memory: Memory; readonly now: Millis }
  | { readonly kind: "settled"; readonly what: Settled; readonly memory: Memory }
  /** It is known why the run stops; what it holds is given back next. */
  | { readonly kind: "stopping"; readonly reason: Stop; readonly memory: Memory }
  | { readonly kind: "stopped"; readonly reason: Stop; readonly memory: Memory }
  | { readonly kind: "done"; readonly memory: Memory };

export interface RunOptions<Memory, Step> {
  readonly dryRun: DryRun;
  /** The API server's clock. */
  readonly now: () => Millis;
  readonly send: (write: Write, dryRun: boolean) => Promise<KubeObject | undefined>;
  readonly interrupt: { readonly first: AbortSignal; readonly second: AbortSignal };
  readonly emit: (event: RunEvent<Memory, Step>) => void;
}

export type RunResult<Memory> =
  | { readonly kind: "done"; readonly memory: Memory }
  | { readonly kind: "stopped"; readonly reason: Stop; readonly memory: Memory };

/** The same step this often in a row, each time beaten by somebody else or unanswered, is no progress. */
const attempts = 12;

/**
 * Performs a procedure: one step, observe, ask again. A conflict, a vanished object or an unanswered
 * write is no failure: the cluster is read anew and the procedure decides what that means.
 */
export async function run<World, Memory, Step extends { readonly kind: string }>(
  procedure: Procedure<World, Memory, Step>,
  live: LiveWorld<World>,
  options: RunOptions<Memory, Step>,
): Promise<RunResult<Memory>> {
  const { dryRun, now, emit, interrupt } = options;
  let memory = procedure.start;
  let imagined: World | undefined;
  let failures = 0;
  let stopped: Stop | undefined;
  for (;;) {
    if (interrupt.second.aborted) {
      const reason = { message: "interrupted", interrupted: true };
      emit({ kind: "stopping", reason, memory });
      return { kind: "stopped", reason, memory };
    }
    const at = now();
    if (interrupt.first.aborted) memory = procedure.interrupted(memory, at);
    const world = imagined ?? live.snapshot();
    memory = procedure.look(memory, world, at);
    const decision = procedure.next(world, memory, at);
    switch (decision.kind) {
      case "done":
        emit({ kind: "done", memory });
        return { kind: "done", memory };
      case "skip":
      case "vanished":
        memory = procedure.settled(memory, decision);
        emit({ kind: "settled", what: decision, memory });
        break;
      case "stop": {
        if (stopped === undefined) {
          // What the run holds is given back first; the procedure says stop again when that is done.
          stopped = decision.reason;
          memory = procedure.stopping(memory, stopped);
          emit({ kind: "stopping", reason: stopped, memory });
          break;
        }
        emit({ kind: "stopped", reason: stopped, memory });
        return { kind: "stopped", reason: stopped, memory };
      }
      case "wait":
        emit({ kind: "waiting", wait: decision, memory, now: at });
        if (dryRun !== "none") {
          const reason = { message: `cannot look ahead: the run would wait for ${decision.for}` };
          return { kind: "stopped", reason, memory };
        }
        if (decision.wantsEvents === true) await live.fetchEvents();
        await live.changed(decision.until, interrupt.first.aborted ? interrupt.second : interrupt.first);
        break;
      case "step": {
        const { step } = decision;
        emit({ kind: "begun", step, memory });
        const sent = now();
        try {
          for (const write of procedure.writes(step)) {
            if (dryRun === "client") continue;
            const answer = await options.send(write, dryRun === "server");
            if (dryRun === "none") live.absorb(write, answer);
          }
        } catch (error) {
          failures += 1;
          const again = mayAskAgain(error) && failures < attempts;
          if (!again) {
            if (stopped !== undefined) {
              // Giving back failed as well: the lease expires by itself.
              emit({ kind: "stopped", reason: stopped, memory });
              return { kind: "stopped", reason: stopped, memory };
            }
            stopped = { message: explain(error).replace(/^error: /, "") };
            memory = procedure.stopping(memory, stopped);
            emit({ kind: "stopping", reason: stopped, memory });
            failures = 0;
            break;
          }
          await refresh(procedure, live, step, failures, interrupt.second);
          break;
        }
        failures = 0;
        if (dryRun !== "none") imagined = procedure.assume(world, step, now());
        memory = procedure.acted(memory, step, sent);
        emit({ kind: "performed", step, memory });
      }
    }
  }
}

async function refresh<World, Step extends { readonly kind: string }>(
  procedure: Procedure<World, unknown, Step>,
  live: LiveWorld<World>,
  step: Step,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  await pauseAfter(failures, signal);
  for (const write of procedure.writes(step)) {
    try {
      await live.refresh(write);
    } catch (error) {
      // Not reachable now: the write is tried again after the next pause, and its failure is what counts.
      if (!mayAskAgain(error)) throw error;
    }
  }
}
