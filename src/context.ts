import type { Writable } from "node:stream";
import type { BaseContext } from "clipanion";
import type { Connection } from "./cluster/port.ts";
import type { ConnectionValues } from "./flags/connection.ts";
import type { CommandLine } from "./flags/run-command.ts";
import type { Millis } from "./model/time.ts";
import { maskMark, visible, visibleText } from "./model/visible.ts";

/** Everything a command reaches the world through; main.ts makes the real one, tests their own. */
export interface AppContext extends BaseContext {
  readonly stdout: Printer;
  readonly stderr: Printer;
  readonly now: () => Millis;
  readonly interrupts: Interrupts;
  readonly terminal: Terminal;
  /**
   * Opens the cluster that the connection flags, KUBECONFIG and the environment name. `silent`: nothing is
   * printed and nobody is asked.
   */
  readonly connect: (
    values: ConnectionValues,
    options?: { readonly silent?: boolean },
  ) => Promise<Connection>;
  /** The user's own command line, for the command that continues its run. */
  readonly line: CommandLine;
  /** The cluster that was opened last: what every question is about. */
  readonly cluster?: Pick<Connection, "server" | "context"> | undefined;
  /** A file of -f; "-" reads standard input, once. UTF-16 with a byte order mark is text as well. */
  readonly readFile: (path: string) => Promise<string>;
  /** Standard input was a file of -f, and answers no question any more. */
  readonly stdinRead?: boolean;
  /** How many different warnings the server sent (--warnings-as-errors). */
  readonly warnings: { readonly count: number };
  /** Where --events writes; absent without it. */
  readonly events?: EventSink;
  /** Aborts when nobody reads standard output any more (`| head`). */
  readonly outputClosed: AbortSignal;
}

/**
 * Standard output or standard error. Whatever way a text takes but the last two, nothing in it can command the
 * terminal; the linter lets nobody but who is named in scripts/lint/layers.ts take those.
 */
export interface Printer extends Writable {
  /**
   * One line. What stands in it may be from elsewhere: after a line break in it the text goes on indented, so that it
   * never looks like a line of the program's own.
   */
  line(text: string): void;
  /** Lines that the program made; values in them were made visible as they entered. */
  text(text: string): void;
  /** As it is, for programs: JSON, YAML, what a template made. */
  exact(text: string): void;
  /** For who draws on the terminal. */
  readonly raw: Writable;
  /** In how many places of what was printed a value was masked. */
  readonly masked: number;
  /** The stream's own: how many places a line of the terminal has, 0 where it does not say; undefined: it is none. */
  readonly columns: number | undefined;
}

/** After the first line; what the program itself indents stays as it is. */
function indented(line: string, index: number): string {
  return index === 0 || line === "" || line.startsWith("  ") ? line : `  ${line}`;
}

export function printerOn(stream: Writable): Printer {
  let masked = 0;
  const write = (text: string): boolean => {
    masked += text.split(maskMark).length - 1;
    return stream.write(text);
  };
  const own = {
    raw: stream,
    line: (text: string) => void write(`${text.split("\n").map(visible).map(indented).join("\n")}\n`),
    text: (text: string) => void write(visibleText(text)),
    exact: (text: string) => void write(text),
    // Clipanion's, and of whoever does not know better.
    write: (text: string) => write(visibleText(text)),
  };
  const printer = Object.assign(Object.create(stream) as Printer, own);
  return Object.defineProperty(printer, "masked", { get: () => masked });
}

/** An append stream of lines. */
export interface EventSink {
  /** A whole line, without its end. Never fails: what cannot be written is warned of once. */
  write(line: string): void;
  /** Everything that can be written is. */
  close(): Promise<void>;
}

export type StopSignal = "SIGINT" | "SIGTERM";

/**
 * Ctrl-C and its kin. As long as a command does not listen, a signal ends the process as it ends any
 * other; once it listens, the command decides what the first and the second one mean. A third one
 * ends the process in any case.
 */
export interface Interrupts {
  listen(): Listening;
}

export interface Listening {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  /** The signal that came first. */
  readonly signal: StopSignal | undefined;
  /** What a shell expects of a process that the signal ended: 130 or 143, 1 on Windows. */
  readonly exitCode: number;
  /** Back to the default: the next signal ends the process. */
  stop(): void;
}

export interface Terminal {
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Whether standard output and standard error are the same terminal. */
  readonly sameTerminal: boolean;
  /** Whether standard error shows colours (--color=auto). */
  readonly stderrColor: boolean;
  /** undefined when unknown. */
  readonly columns: number | undefined;
  /**
   * For who draws on it: Ctrl-Z calls `stop` before the process stops, and `go` when it goes on. Answers the way
   * to listen no longer.
   */
  readonly onSuspend: (stop: () => void, go: () => void) => () => void;
}
