import { pathOf } from "../cluster/paths.ts";
import type { Connection } from "../cluster/port.ts";
import { isApiError, isConnectionError, reasonOf } from "../errors.ts";
import type { Millis } from "../model/time.ts";
import type { Stop } from "../plan/decision.ts";
import { pause } from "./ask-again.ts";

/** That the API server does not answer, as far as is known. */
export interface Silence {
  readonly since: Millis;
  readonly why: string;
}

/** Whether the API server answers: who waits for what a watch brings does not hear that it is gone. */
export interface Reach {
  /** Undefined: nothing has gone without an answer since the last one. */
  readonly silence: () => Silence | undefined;
  /** Asks until it answers; false: not in this time, or the signal came. */
  readonly answers: (time: Millis, stop: AbortSignal) => Promise<boolean>;
}

const betweenTries: Millis = 500;
/** No timer takes more. */
const longest: Millis = 2 ** 31 - 1;

/** The same connection, and what its requests and watches tell of the server. `now`: any clock that does not stop. */
export function withReach(
  given: Connection,
  now: () => Millis,
): { readonly connection: Connection; readonly reach: Reach } {
  let silence: Silence | undefined;

  function failed(error: unknown, sent: Millis, signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) return;
    if (isConnectionError(error)) silence ??= { since: sent, why: reasonOf(error) };
    else if (isApiError(error)) silence = undefined;
  }

  const connection: Connection = {
    ...given,
    async request(request) {
      const sent = now();
      try {
        const answer = await given.request(request);
        silence = undefined;
        return answer;
      } catch (error) {
        failed(error, sent, request.signal);
        throw error;
      }
    },
    async *stream(request) {
      try {
        for await (const each of given.stream(request)) {
          silence = undefined;
          yield each;
        }
      } catch (error) {
        failed(error, now(), request.signal);
        throw error;
      }
    },
  };
  return {
    connection,
    reach: {
      silence: () => silence,
      async answers(time, stop) {
        const signal = AbortSignal.any([
          stop,
          AbortSignal.timeout(Math.min(Math.max(Math.ceil(time), 0), longest)),
        ]);
        while (!signal.aborted) {
          try {
            // Everybody may ask for it, and a refusal is an answer.
            await connection.request({ method: "GET", path: pathOf("version"), signal });
            return true;
          } catch (error) {
            if (isApiError(error)) return true;
            if (!signal.aborted && !isConnectionError(error)) throw error;
          }
          await pause(betweenTries, signal);
        }
        return false;
      },
    },
  };
}

/** Why a run that waits has to end: the server was given its time to answer again, and has not. */
export async function silentFor(
  { now, outage, reach }: { readonly now: () => Millis; readonly outage?: Millis; readonly reach?: Reach },
  leave: AbortSignal,
): Promise<Stop | undefined> {
  const silence = outage === undefined ? undefined : reach?.silence();
  if (silence === undefined || outage === undefined || reach === undefined) return undefined;
  // It may have come back without a word: at least one try.
  const left = Math.max(silence.since + outage - now(), 2_000);
  if ((await reach.answers(left, leave)) || leave.aborted) return undefined;
  return { message: notAnswered(now() - silence.since, silence.why) };
}

export function notAnswered(time: Millis, why: string): string {
  return `the API server has not answered for ${Math.round(time / 1000)}s: ${why}`;
}
