import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { finish } from "./pairs.ts";
import type { Command } from "./pairs.ts";

/** The most memory that a command held, in MB; Linux only, because it is read from /proc. */
export async function peakMemory(command: Command, env: NodeJS.ProcessEnv): Promise<number> {
  const peak = await finish(command, env, async (pid, ended) => {
    let kilobytes = 0;
    const state = { running: true };
    void ended.finally(() => {
      state.running = false;
    });
    while (state.running) {
      kilobytes = Math.max(kilobytes, highWaterMark(pid));
      // The kernel keeps the maximum; only the last look before the end could miss something.
      await setTimeout(2);
    }
    return kilobytes / 1024;
  });
  return peak ?? Number.NaN;
}

function highWaterMark(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
