import { closeSync, constants, lstatSync, openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { EventSink } from "../context.ts";
import { userError } from "../errors.ts";

/** How often a FIFO is asked whether somebody reads it now. */
const every = 100;
/** How long the end of a run waits for a reader that is slow. */
const patience = 2_000;
/** What is kept for such a reader. */
const most = 16 * 1024 * 1024;

/**
 * Opens the file of --events for appending: a regular file, which is created, a FIFO, whose reader is waited for, or
 * a device; never through a link. Throws UserError where it cannot be. Nothing that happens to it later ends the run:
 * `warn` is reported once.
 */
export async function openEventLog(
  path: string,
  warn: (text: string) => void,
  note: (text: string) => void,
): Promise<EventSink> {
  const descriptor = await opened(path, note);
  let pending = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  let broken = false;

  function fail(why: string): void {
    broken = true;
    pending = Buffer.alloc(0);
    warn(`--events=${path}: ${why}; the run continues, and its events are not written any more`);
  }

  /** As much as goes; a FIFO that is full takes the rest later. */
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    try {
      while (pending.length > 0) pending = pending.subarray(writeSync(descriptor, pending));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") fail(code === "EPIPE" ? "nobody reads it any more" : message);
    }
    if (pending.length > most) fail("its reader is too slow");
    if (pending.length > 0) timer = setTimeout(flush, every);
  }

  return {
    write(line) {
      if (broken) return;
      pending = Buffer.concat([pending, Buffer.from(`${line}\n`)]);
      flush();
    },
    async close() {
      for (let waited = 0; pending.length > 0 && waited < patience; waited += every) await pause(every);
      clearTimeout(timer);
      if (pending.length > 0) fail("its reader is too slow");
      closeSync(descriptor);
    },
  };
}

async function opened(path: string, note: (text: string) => void): Promise<number> {
  if (path === "") throw userError("--events needs a file, or - for standard output");
  // A FIFO that blocks would hold the whole program. Windows has neither of the last two, and | leaves them out.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  for (let tries = 0; ; tries += 1) {
    try {
      return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENXIO" && lstatSync(path).isFIFO()) {
        if (tries === 10) note(`waiting for somebody to read ${path}`);
        await pause(every);
        continue;
      }
      if (code === "EISDIR") throw userError(`--events=${path} is a directory; name a file`);
      if (code === "ELOOP") throw userError(`--events=${path} is a link; name the file itself`);
      if (code === undefined) throw error;
      throw userError(`cannot open --events=${path}: ${message}`);
    }
  }
}
