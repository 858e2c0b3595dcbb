import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { AppContext } from "../context.ts";
import { interrupted } from "../errors.ts";

/** Somebody at a terminal who can be asked. */
export interface Asker {
  readonly input: NodeJS.ReadableStream;
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/**
 * Who answers questions: standard input and error where both are a terminal; the terminal itself where the manifest
 * came through standard input (`… | kubectl calico-upgrade apply -f -`). Undefined: nobody. What was typed before is
 * thrown away, as nobody can answer a question that is not there yet.
 */
export function askerOf(
  context: Pick<AppContext, "stdin" | "stderr" | "terminal" | "stdinRead">,
): Asker | undefined {
  const { stdin, stderr, terminal } = context;
  if (context.stdinRead === true) return ofTerminal();
  if (!terminal.stderrTty || !isTerminal(stdin)) return undefined;
  discardTyped(stdin as ReadStream);
  return { input: stdin, write: (text) => stderr.text(text), close: () => {} };
}

/** Whether there is somebody to ask. */
export function hasAsker(context: Parameters<typeof askerOf>[0]): boolean {
  const asker = askerOf(context);
  asker?.close();
  return asker !== undefined;
}

/** O_NONBLOCK is missing on Windows, and so is what it is for. */
const windows = constants.O_NONBLOCK === undefined;

function ofTerminal(): Asker | undefined {
  let device: number;
  try {
    device = openSync(windows ? String.raw`\\.\CONIN$` : "/dev/tty", "r+");
  } catch {
    return undefined;
  }
  const input = new ReadStream(device);
  discardTyped(input);
  const screen = openSync(windows ? String.raw`\\.\CONOUT$` : "/dev/tty", "w");
  return {
    input,
    write: (text) => void writeSync(screen, text),
    close: () => {
      closeSync(screen);
      input.destroy();
    },
  };
}

/**
 * tcflush, which Node does not have: line editing off for a moment, so that an unfinished line can be read as well,
 * and all there is read without waiting.
 */
function discardTyped(input: ReadStream): void {
  if (windows) return;
  let device: number;
  try {
    device = openSync("/dev/tty", constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return;
  }
  input.setRawMode(true);
  try {
    const typed = Buffer.alloc(4096);
    for (let length = 1; length > 0;) {
      length = readSync(device, typed);
      // In that moment Ctrl-C is a character.
      if (typed.subarray(0, length).includes(3)) throw interrupted(130, "interrupted; nothing was changed");
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    input.setRawMode(false);
    closeSync(device);
  }
}

/** isTTY is missing, not false, on anything else. */
function isTerminal(stream: object): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}
