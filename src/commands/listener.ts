import type { DryRunStrategy } from "../model/dry-run.ts";
import type { AppContext } from "../context.ts";
import type { OperationEvent } from "../operations/events.ts";
import type { OutputFormat } from "../render/output.ts";

export interface ListenerOptions {
  readonly format: OutputFormat;
  readonly dryRun: DryRunStrategy;
  /** --color */
  readonly color: string;
}

/** Listens to the stream of a command's operations, and shows it. */
export interface Listener {
  readonly emit: (event: OperationEvent) => void;
  /** Leaves the terminal to somebody who asks something, and takes it again. */
  readonly aside: <T>(talk: () => Promise<T>) => Promise<T>;
  /** Everything is shown; the terminal is the caller's again. */
  readonly close: () => Promise<void>;
}

export type ListenerContext = Pick<
  AppContext,
  "stdout" | "stderr" | "terminal" | "now" | "env" | "events" | "line"
>;

/**
 * A live task list where standard error is a terminal, one line per change otherwise. Mutation lines are
 * results and go to standard output, except where the task list stands on the same terminal and shows
 * them itself, or where another format is the result. With --events every event is written there as well.
 */
export async function listenerFor(context: ListenerContext, options: ListenerOptions): Promise<Listener> {
  const shown = showsTaskList(context, options)
    ? (await import("./listener-list.ts")).listListener(context, options)
    : (await import("./listener-plain.ts")).plainListener(context, options);
  const { events } = context;
  if (events === undefined) return shown;
  const { eventLines } = await import("./listener-events.ts");
  const lines = eventLines(context, options.dryRun);
  return {
    ...shown,
    emit(event) {
      for (const line of lines(event)) events.write(line);
      shown.emit(event);
    },
  };
}

/** Mutation lines are the result unless another format is asked for. */
export function showsLines(format: OutputFormat): boolean {
  return format === "table" || format === "wide";
}

/** Without a width every character would get a line of its own. */
export function showsTaskList(
  { terminal, env }: Pick<AppContext, "terminal" | "env">,
  { format, dryRun }: Pick<ListenerOptions, "format" | "dryRun">,
): boolean {
  return (
    showsLines(format) &&
    terminal.stderrTty &&
    (terminal.columns ?? 0) > 0 &&
    env["TERM"] !== "dumb" &&
    dryRun === "none"
  );
}
