import type { DryRunStrategy } from "../model/dry-run.ts";
import { isAnswer, isApiError, isConnectionError, reasonOf } from "../errors.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { ServerVerdict } from "../model/server-verdict.ts";
import type { Write } from "../model/write.ts";
import type { Ended, Stop } from "../plan/decision.ts";
import { interruptedStop } from "../plan/interrupted.ts";
import type { Procedure } from "../plan/procedure.ts";
import type { RunEvent } from "../plan/run-event.ts";
import { mayAskAgain, pauseAfter } from "./ask-again.ts";
import { notAnswered, silentFor, type Reach } from "./reach.ts";
import type { Saver } from "./saver.ts";
import { sendStep } from "./send-step.ts";

/** A part of the cluster that is kept up to date while a procedure runs on it. */
export interface LiveWorld<World> {
  snapshot(): World;
  /** Ends when something changed, at `until` (by the clock of `now`), or when the signal says so. `on`: what is waited for. */
  changed(until: Millis, signal: AbortSignal, on?: readonly Ref[]): Promise<void>;
  /** Takes in the answer to a write, so that the next decision does not see the object as it was. */
  absorb(write: Write, answer: KubeObject | undefined): void;
  /** Reads again what a write was about: somebody else was quicker, or the outcome is not known. */
  refresh(write: Write): Promise<void>;
  /** Asks for the events once. */
  fetchEvents(): Promise<void>;
  /** For a world that is put together from several watches: reads again what is worth knowing before a stop. */
  confirm?(): Promise<void>;
  /** For procedures whose writes rest on other objects: the resourceVersion that is known now; undefined: gone. */
  version?(ref: Ref): string | undefined;
}

/** The first signal lets the write under way end; the second leaves at once. */
export interface Interrupt {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
}

export interface RunOptions<Memory, Step, Read = never, Child = never> {
  readonly dryRun: DryRunStrategy;
  /** The API server's clock. */
  readonly now: () => Millis;
  readonly send: (write: Write, dryRun: boolean) => Promise<KubeObject | undefined>;
  readonly interrupt: Interrupt;
  readonly emit: (event: RunEvent<Memory, Step, Child>) => void;
  /** Where what a step changes is saved before it is sent; a dry run saves nothing. */
  readonly saver?: Saver;
  /** How long the server may be silent before the run ends; undefined: some tries of a write. */
  readonly outage?: Millis;
  /** What is known of its silence while the run only waits. */
  readonly reach?: Reach;
  /** For a procedure that reads. */
  readonly read?: (read: Read) => Promise<ServerVerdict>;
  /** For a procedure that has parts: opens a part on the cluster as it is now, and runs it. */
  readonly enter?: (child: Child) => Promise<Ended<unknown>>;
}

/** The same step this often in a row, each time beaten by somebody else or unanswered, is no progress. */
const attempts = 12;

/**
 * Performs a procedure: one step, observe, ask again. A conflict, a vanished object or an unanswered
 * write is no failure: the cluster is read again and the procedure decides what that means. Throws only what is
 * no answer of the cluster: a bug, or a bundle that cannot be written.
 */
export async function run<World, Memory, Step extends { readonly kind: string }, Read, Child>(
  procedure: Procedure<World, Memory, Step, Read, Child>,
  live: LiveWorld<World>,
  options: RunOptions<Memory, Step, Read, Child>,
): Promise<Ended<Memory>> {
  const { dryRun, now, emit, interrupt } = options;
  let memory = procedure.start;
  let imagined: World | undefined;
  let failures = 0;
  /** Since when the server has not answered. */
  let away: Millis | undefined;
  let stopped: Stop | undefined;
  /** The run ends because the server is silent. */
  let unreachable = false;
  /** How much of waiting a dry run has left out. */
  let leftOut: Millis = 0;
  const clock = (): Millis => now() + leftOut;
  let confirmed = false;

  function stopFor(reason: Stop): void {
    stopped = reason;
    memory = procedure.stopping(memory, reason);
    failures = 0;
    emit({ kind: "stopping", reason, memory });
  }

  function end(): Ended<Memory> {
    const interrupted = interrupt.first.aborted;
    if (stopped === undefined) {
      emit({ kind: "done", memory });
      return { kind: "done", memory, interrupted };
    }
    emit({ kind: "stopped", reason: stopped, memory });
    return { kind: "stopped", reason: stopped, memory, interrupted };
  }

  for (;;) {
    if (interrupt.second.aborted) {
      if (stopped === undefined) {
        stopped = interruptedStop();
        emit({ kind: "stopping", reason: stopped, memory });
      }
      return { kind: "stopped", reason: stopped, memory, interrupted: true };
    }
    const at = clock();
    if (interrupt.first.aborted) memory = procedure.interrupted(memory, at);
    const world = imagined ?? live.snapshot();
    memory = procedure.look(memory, world, at);
    const decision = procedure.next(world, memory, at);
    const sure = confirmed;
    confirmed = false;
    switch (decision.kind) {
      case "done":
        return end();
      case "skip":
      case "vanished":
      case "failed":
        memory = procedure.settled(memory, decision);
        emit({ kind: "settled", what: decision, memory });
        break;
      case "stop":
        // What the run holds is given back first; the procedure says stop again when that is done.
        if (stopped !== undefined) return end();
        // One watch may be behind another: what is seen of a cause may come after what is seen of its effect.
        if (!sure && live.confirm !== undefined && decision.reason.interrupted !== true) {
          await confirm(live);
          confirmed = true;
          break;
        }
        stopFor(decision.reason);
        break;
      case "wait":
        emit({ kind: "waiting", wait: decision, memory, now: at });
        if (dryRun !== "none" && decision.passes === true) {
          leftOut += Math.max(decision.until - at, 1);
          break;
        }
        if (dryRun !== "none") {
          stopped = { message: `dry run stops here: it would wait for ${decision.for}` };
          return end();
        }
        try {
          const leave = interrupt.first.aborted ? interrupt.second : interrupt.first;
          const gone = await silentFor(options, leave);
          if (gone !== undefined) {
            if (stopped !== undefined) return end();
            unreachable = true;
            stopFor(gone);
            break;
          }
          if (decision.wantsEvents === true) await live.fetchEvents();
          // A watch that is cut off wakes nobody.
          const { outage = Number.POSITIVE_INFINITY } = options;
          await live.changed(Math.min(decision.until, at + Math.max(outage, 1_000)), leave, decision.on);
        } catch (error) {
          if (!isAnswer(error)) throw error;
          // Nothing more is seen, so nothing more is given back: the lease expires by itself.
          if (stopped !== undefined) return end();
          stopFor({ message: reasonOf(error) });
        }
        break;
      case "read":
        if (options.read === undefined) throw new Error("this procedure reads, and nobody can");
        memory = procedure.learned?.(memory, decision.read, await options.read(decision.read)) ?? memory;
        break;
      case "enter": {
        if (options.enter === undefined) throw new Error("this procedure has parts, and nobody opens them");
        const { child } = decision;
        if (interrupt.first.aborted) {
          stopFor(interruptedStop());
          break;
        }
        emit({ kind: "entered", child, memory });
        const ended = await entered(options.enter, child);
        memory = procedure.left?.(memory, child, ended) ?? memory;
        emit({ kind: "left", child, memory });
        // A part that was interrupted and came to its end all the same ends the whole as well.
        if (ended.interrupted && stopped === undefined)
          stopFor(ended.kind === "stopped" ? ended.reason : interruptedStop());
        break;
      }
      case "step": {
        const { step } = decision;
        emit({ kind: "begun", step, memory });
        const sent = clock();
        const bases = procedure.restsOn?.(step);
        const outcome = await sendStep(procedure, step, {
          holds: (at) => {
            const basis = bases?.[at];
            return basis === undefined || live.version?.(basis.ref) === basis.resourceVersion;
          },
          dryRun,
          drafts: dryRun === "none" ? procedure.saves?.(step, world) : undefined,
          saver: dryRun === "none" ? options.saver : undefined,
          send: options.send,
          absorb: (write, answer) => live.absorb(write, answer),
          interrupt,
        });
        const { done } = outcome;
        if (done !== undefined) {
          if (dryRun !== "none") imagined = procedure.assume(world, done, clock());
          memory = procedure.acted(memory, done, sent);
          emit({ kind: "performed", step: done, memory });
        }
        const { error, failed } = outcome;
        if (error === undefined || failed === undefined) {
          failures = 0;
          away = undefined;
          break;
        }
        const later = isApiError(error) ? procedure.postponed?.(memory, step, error, clock()) : undefined;
        if (later !== undefined) {
          memory = later;
          failures = 0;
          away = undefined;
          break;
        }
        const silent = options.outage !== undefined && isConnectionError(error);
        away = silent ? (away ?? sent) : undefined;
        const outage = away === undefined ? 0 : clock() - away;
        if (outcome.unanswered !== undefined)
          memory = procedure.unanswered?.(memory, outcome.unanswered, sent) ?? memory;
        failures = done === undefined ? failures + 1 : 1;
        const isOver = away === undefined ? failures >= attempts : outage >= (options.outage ?? 0);
        if (outcome.final || isOver || (unreachable && silent)) {
          // Giving back failed as well: the lease expires by itself.
          if (stopped !== undefined) return end();
          unreachable = away !== undefined;
          const answer = isAnswer(error) ? (error as Error & { readonly status?: number }) : undefined;
          const meaning = answer && procedure.refused?.(failed, answer);
          const why = reasonOf(error);
          const message = away === undefined || outage < 1_000 ? why : notAnswered(outage, why);
          stopFor(meaning ?? { message });
          break;
        }
        try {
          await refresh(live, outcome.unsent, failures, interrupt.second);
        } catch (error) {
          if (!isAnswer(error)) throw error;
          if (stopped !== undefined) return end();
          stopFor({ message: reasonOf(error) });
        }
      }
    }
  }
}

/** What a part's opening refuses, or the server to it, ends that part and not the program. */
async function entered<Child>(
  enter: (child: Child) => Promise<Ended<unknown>>,
  child: Child,
): Promise<Ended<unknown>> {
  try {
    return await enter(child);
  } catch (error) {
    if (!isAnswer(error)) throw error;
    const { hint } = error as { readonly hint?: string };
    return {
      kind: "stopped",
      reason: { message: reasonOf(error), ...(hint === undefined ? {} : { hint }) },
      memory: undefined,
      interrupted: false,
    };
  }
}

async function confirm(live: LiveWorld<unknown>): Promise<void> {
  try {
    await live.confirm?.();
  } catch (error) {
    // Not reachable now, or not allowed: what was seen so far decides.
    if (!isAnswer(error)) throw error;
  }
}

async function refresh(
  live: LiveWorld<unknown>,
  writes: readonly Write[],
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  await pauseAfter(failures, signal);
  for (const write of writes) {
    try {
      await live.refresh(write);
    } catch (error) {
      // Not reachable now: the write is tried again after the next pause, and its failure is what counts.
      if (!mayAskAgain(error)) throw error;
    }
  }
}
