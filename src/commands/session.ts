import type { DryRunStrategy } from "../model/dry-run.ts";
import { keepDiscovery } from "../cluster/cached-discovery.ts";
import type { Connection } from "../cluster/port.ts";
import { keepReviews } from "../cluster/cached-reviews.ts";
import type { AppContext, Listening } from "../context.ts";
import { userError } from "../errors.ts";
import type { ConnectionValues } from "../flags/connection.ts";
import { readDryRun } from "../flags/dry-run.ts";
import type { FleetValues } from "../flags/fleet.ts";
import { nextCommand, undoCommand } from "../flags/next-command.ts";
import { renderRunCommand, runCommandOf, type CommandLine } from "../flags/run-command.ts";
import type { RunCommand } from "../model/run-command.ts";
import type { Millis } from "../model/time.ts";
import type { OperationEvent } from "../operations/events.ts";
import { holderName } from "../operations/holder.ts";
import type { Session } from "../operations/session.ts";
import { withReach } from "../perform/reach.ts";
import { withServerClock, serverClock } from "../perform/server-clock.ts";
import { hasAsker } from "./asker.ts";
import { confirm } from "./confirm.ts";

/** What of a command line the session of its operations is made from. */
export interface SessionOptions {
  readonly connection: ConnectionValues;
  readonly dryRun: DryRunStrategy;
  /** -y */
  readonly yes: boolean;
  /** --api-outage */
  readonly apiOutage?: Millis;
  /** --bundle-dir */
  readonly bundleDir?: string | undefined;
  /** --daemonset, for the commands that are named. */
  readonly daemonSet?: string | undefined;
  /** Hash of the manifest that -f gave. */
  readonly manifest?: string;
  /** In the place of the user's own line, where another command is asked. */
  readonly line?: CommandLine;
  /** In a detached run: who works, and the command that the user began it with. */
  readonly inJob?: { readonly holder: string; readonly command: RunCommand };
}

/** What they are made from. */
export interface SessionFlags extends Pick<SessionOptions, "connection" | "yes" | "bundleDir" | "daemonSet"> {
  readonly dryRun: string;
  /** Of commands that restart nodes. */
  readonly fleet?: Pick<FleetValues, "apiOutage">;
}

/** Throws UserError for a --dry-run that there is not; `warn`: of a form of it that is deprecated. */
export function sessionOptions(
  { connection, yes, bundleDir, daemonSet, dryRun, fleet }: SessionFlags,
  warn: (text: string) => void,
): SessionOptions {
  const dry = readDryRun(dryRun);
  if (!dry.ok) throw userError(dry.message);
  if (dry.warning !== undefined) warn(dry.warning);
  const apiOutage = fleet?.apiOutage;
  if (apiOutage !== undefined && apiOutage < 0) throw userError("--api-outage must not be negative");
  return {
    connection,
    yes,
    bundleDir,
    daemonSet,
    dryRun: dry.dryRun,
    ...(apiOutage === undefined ? {} : { apiOutage }),
  };
}

/** The session of one command, and how it ends. */
export interface OpenSession {
  readonly session: Session;
  /** What a shell expects of a process that a signal ended; undefined: none came. */
  readonly interruptedCode: () => number | undefined;
  /** Signals have their usual meaning again. */
  readonly close: () => void;
}

/** Opens the one session of a command: its connection sets the clock, its signal is the one that all parts hear. */
export function openSession(
  given: Connection,
  context: AppContext,
  options: SessionOptions,
  emit: (event: OperationEvent) => void,
  /** Has the terminal while a question is asked. */
  aside: <T>(talk: () => Promise<T>) => Promise<T> = (talk) => talk(),
): OpenSession {
  const clock = serverClock(context.now);
  const command = options.inJob?.command ?? runCommandOf(options.line ?? context.line, options.manifest);
  const { connection, reach } = withReach(withServerClock(given, clock), clock.now);
  const discovery = keepDiscovery(connection);
  const reviews = keepReviews(discovery.connection);
  let listening: Listening | undefined;
  const daemonSet = options.daemonSet === undefined ? [] : [`--daemonset=${options.daemonSet}`];
  const session: Session = {
    connection: reviews.connection,
    clock,
    dryRun: options.dryRun,
    listen: () => (listening ??= context.interrupts.listen()),
    emit,
    async ask(question) {
      const answer = await aside(() => confirm(context, options.yes, question, listening?.first));
      // Minutes pass while a question stands (hazard H32).
      if (!options.yes) for (const kept of [discovery, reviews]) kept.forget();
      return answer;
    },
    async askPerson(question) {
      if (!hasAsker(context)) return undefined;
      const answer = await aside(() => confirm(context, false, question, listening?.first));
      for (const kept of [discovery, reviews]) kept.forget();
      return answer;
    },
    asks: !options.yes,
    command,
    commands: {
      again: (...more) => renderRunCommand(command, options.connection, more),
      undo: (bundle) => undoCommand(bundle, options),
      other: (...words) => nextCommand(options.connection, ...words, ...daemonSet),
      kept: (kept, ...more) => renderRunCommand(kept, options.connection, more),
    },
    holder: options.inJob?.holder ?? holderName(),
    bundles: { directory: options.bundleDir, env: context.env },
    ...(options.apiOutage === undefined ? {} : { apiOutage: options.apiOutage }),
    reach,
    within: [],
    leased: false,
  };
  return {
    session,
    interruptedCode: () => (listening?.first.aborted === true ? listening.exitCode : undefined),
    close: () => listening?.stop(),
  };
}
