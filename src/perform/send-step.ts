import type { DryRunStrategy } from "../model/dry-run.ts";
import { isApiError } from "../errors.ts";
import type { Draft } from "../model/draft.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Write } from "../model/write.ts";
import { isRefused, isUnknown, mayAskAgain } from "./ask-again.ts";
import type { Interrupt } from "./run.ts";
import type { Saver } from "./saver.ts";

/** As many as the connection lets run side by side: what waited at its door would be sent after a signal. */
const workers = 4;

export interface SendOptions {
  readonly dryRun: DryRunStrategy;
  /** For each write; undefined: there is nothing to undo. */
  readonly drafts: readonly (Draft | undefined)[] | undefined;
  readonly saver: Saver | undefined;
  readonly send: (write: Write, dryRun: boolean) => Promise<KubeObject | undefined>;
  readonly absorb: (write: Write, answer: KubeObject | undefined) => void;
  readonly interrupt: Interrupt;
  /** Whether what this write rests on is still as it was. */
  readonly holds?: (at: number) => boolean;
}

/** What became of a step. */
export interface Sent<Step> {
  /** What of the step went through; undefined: nothing that counts. */
  readonly done?: Step;
  /** Why the rest did not; undefined with `unsent`: a signal came first. */
  readonly error?: unknown;
  /** The write that it is about. */
  readonly failed?: Write;
  /** Asking again changes nothing. */
  readonly final: boolean;
  /** What of the step nobody answered. */
  readonly unanswered?: Step;
  /** Writes that were not sent, or not known to be done: their objects have to be read again. */
  readonly unsent: readonly Write[];
}

interface Steps<Step> {
  writes(step: Step): readonly Write[];
  only?(step: Step, writes: readonly number[]): Step;
}

/**
 * Saves what the writes of a step change, then sends them: one after the other, or side by side where the
 * procedure says that their order does not matter. A write that met another state of its object changes nothing.
 */
export async function sendStep<Step>(
  procedure: Steps<Step>,
  step: Step,
  options: SendOptions,
): Promise<Sent<Step>> {
  const { dryRun, saver, interrupt } = options;
  const writes = procedure.writes(step);
  const sideBySide = procedure.only !== undefined;
  const ids = saver === undefined ? [] : await save(saver, options.drafts ?? []);
  const queue = writes.entries();
  const through: number[] = [];
  const unsent: Write[] = [];
  const unanswered: number[] = [];
  let beaten: Failure | undefined;
  let refused: Failure | undefined;

  const worker = async (): Promise<void> => {
    for (const [at, write] of queue) {
      const id = ids[at];
      const over = refused !== undefined || (!sideBySide && beaten !== undefined);
      const left = (sideBySide && interrupt.first.aborted) || interrupt.second.aborted;
      if (over || left || options.holds?.(at) === false) {
        if (id !== undefined) saver?.dropped(id);
        unsent.push(write);
        continue;
      }
      try {
        const answer = dryRun === "client" ? undefined : await options.send(write, dryRun === "server");
        if (dryRun === "none") options.absorb(write, answer);
        // A subresource answers with another kind, a delete perhaps with a Status.
        if (id !== undefined) saver?.done(id, answer?.kind === write.ref.kind ? answer : undefined);
        through.push(at);
      } catch (error) {
        if (id !== undefined && isRefused(error)) saver?.dropped(id);
        if (isUnknown(error)) unanswered.push(at);
        if (mayAskAgain(error) && !isMissing(write, error)) beaten ??= { error, failed: write };
        else refused ??= { error, failed: write };
        unsent.push(write);
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide ? workers : 1 }, worker));

  const failure = refused ?? beaten;
  const part = (writesOf: readonly number[]): Step | undefined => {
    if (writesOf.length === 0) return undefined;
    if (writesOf.length === writes.length) return step;
    return procedure.only?.(
      step,
      writesOf.toSorted((a, b) => a - b),
    );
  };
  const done = writes.length === 0 ? step : part(through);
  const open = part(unanswered);
  return {
    unsent,
    final: refused !== undefined,
    ...failure,
    ...(done === undefined ? {} : { done }),
    ...(open === undefined ? {} : { unanswered: open }),
  };
}

interface Failure {
  readonly error: unknown;
  readonly failed: Write;
}

/**
 * Something else that the server needs for a new object is not there, its namespace: asking again changes
 * nothing. A kind that it serves in a moment has no name in that answer.
 */
function isMissing(write: Write, error: unknown): boolean {
  return (
    write.verb === "create" &&
    // A pod to be evicted that is gone is no failure.
    write.subresource === undefined &&
    isApiError(error) &&
    error.status === 404 &&
    Boolean(error.details?.["name"])
  );
}

/** Ids by the place of the write. */
async function save(
  saver: Saver,
  drafts: readonly (Draft | undefined)[],
): Promise<readonly (number | undefined)[]> {
  const known = drafts.filter((draft) => draft !== undefined);
  const ids = known.length === 0 ? [] : (await saver.save(known)).values();
  const next = ids[Symbol.iterator]();
  return drafts.map((draft) => (draft === undefined ? undefined : next.next().value));
}
