/** How a run is cut off from outside. */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { poll } from "../cluster/wait.ts";
import type { Running } from "../e2e/support/plugin.ts";

export const cutOffs = ["SIGINT", "SIGINT twice", "SIGTERM", "SIGKILL"] as const;
export type CutOff = (typeof cutOffs)[number];

/** As the plugin ends then; -1: the signal itself ended it. */
export const exitCodes: Readonly<Record<CutOff, number>> = {
  SIGINT: 130,
  "SIGINT twice": 130,
  SIGTERM: 143,
  SIGKILL: -1,
};

/** A process of its own mind says within this that it heard; one that says nothing is not waited for longer. */
const reactionMillis = 500;
/** What a process sent before it was stopped or ended has arrived within this. */
export const arrivalMillis = 50;

/** Resolves when the program has said something to it, has ended, or says nothing. */
export async function cutOff(running: Running, how: CutOff): Promise<void> {
  const said = running.stderr().length;
  const reacted = new AbortController();
  const [signal, second] = signalsOf[how];
  running.signal(signal);
  if (second !== undefined) {
    await taken(running.pid, signal);
    running.signal(second);
  }
  const answered = poll(async () => reacted.signal.aborted || running.stderr().length > said, {
    timeoutMs: 2 * reactionMillis,
  }).catch(() => undefined);
  await Promise.race([answered, running.ended, delay(reactionMillis)]);
  reacted.abort();
  await delay(arrivalMillis);
}

const signalsOf: Readonly<Record<CutOff, readonly [NodeJS.Signals, NodeJS.Signals?]>> = {
  SIGINT: ["SIGINT"],
  "SIGINT twice": ["SIGINT", "SIGINT"],
  SIGTERM: ["SIGTERM"],
  SIGKILL: ["SIGKILL"],
};

/** Two signals of a kind that wait together are one. */
async function taken(pid: number, signal: NodeJS.Signals): Promise<void> {
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  const waits = (): boolean => {
    try {
      const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
      const sets = [...status.matchAll(/^(?:Shd|Sig)Pnd:\s*([0-9a-f]+)$/gm)];
      return sets.some(([, set]) => (BigInt(`0x${set ?? "0"}`) & bit) !== 0n);
    } catch {
      // It has ended, or this is no Linux.
      return false;
    }
  };
  await poll(async () => !waits(), { timeoutMs: reactionMillis, what: `${signal} taken` });
}
