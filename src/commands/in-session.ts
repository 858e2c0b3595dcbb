import type { Connection } from "../cluster/port.ts";
import type { AppContext } from "../context.ts";
import type { OperationEvent } from "../operations/events.ts";
import type { Session } from "../operations/session.ts";
import type { Stop } from "../plan/decision.ts";
import type { OutputFormat } from "../render/output.ts";
import { listenerFor } from "./listener.ts";
import { openSession, type SessionOptions } from "./session.ts";

/** What a command does its work in. */
export interface InSession {
  readonly session: Session;
  /** What was told so far is on the terminal, and what the command writes comes below it. */
  readonly shown: () => Promise<void>;
  /** What a shell expects of a process that a signal ended; undefined: none came. */
  readonly interruptedCode: () => number | undefined;
  /** The exit code of a run that stopped for this, or reached its goal. */
  readonly codeOf: (stop: Pick<Stop, "interrupted"> | undefined) => number;
}

/** Everything between the connection and the exit code of a command that changes something. `hear`: hears all events, too. */
export async function inSession(
  connection: Connection,
  context: AppContext,
  options: SessionOptions & { readonly format: OutputFormat },
  work: (opened: InSession) => Promise<number>,
  hear: (event: OperationEvent) => void = () => {},
): Promise<number> {
  const { format, dryRun } = options;
  const { color } = options.connection;
  const listener = await listenerFor(context, { format, dryRun, color });
  const emit = (event: OperationEvent): void => {
    listener.emit(event);
    hear(event);
  };
  const { session, interruptedCode, close } = openSession(connection, context, options, emit, listener.aside);
  try {
    return await work({
      session,
      shown: () => listener.close(),
      interruptedCode,
      codeOf(stop) {
        const reached = stop === undefined ? 0 : 1;
        return stop === undefined || stop.interrupted === true ? (interruptedCode() ?? reached) : reached;
      },
    });
  } finally {
    await listener.close();
    close();
    connection.close();
  }
}
