import { Command, Option } from "clipanion";
import type { Connection } from "../cluster/port.ts";
import type { AppContext, EventSink } from "../context.ts";
import { exitCodeOf, explainLines, isBug, reasonOf, warningsOn } from "../errors.ts";
import { connectionFlags, type ConnectionValues } from "../flags/connection.ts";
import type { Flag, FlagValue, FlagValues } from "../flags/flag.ts";
import { goDuration } from "../model/duration.ts";
import type { CommandUsage } from "../flags/help.ts";

/** Where `option` notes the flag that a clipanion option was made from. */
const flagKey = Symbol("flag");

/**
 * A command: flags, help, and a body that `run` imports when it is called. Its flags are its
 * properties made by `option`; `flagsOf` reads them back for the scanner and the help text.
 */
export abstract class BaseCommand extends Command<AppContext> {
  /** Shown by --help; clipanion's own usage is not used. */
  static readonly help: CommandUsage;

  readonly connection: ConnectionValues = options(connectionFlags);

  readonly #open: Connection[] = [];

  /** Does the work and answers the exit code; what it throws is printed and ends in exit code 1. */
  protected abstract run(): Promise<number>;

  async execute(): Promise<number> {
    let events: EventSink | undefined;
    try {
      events = await this.#openEvents();
      const exitCode = await this.run();
      return exitCode === 0 ? this.#warningsAsErrors() : exitCode;
    } catch (error) {
      for (const line of this.#errorLines(error)) this.context.stderr.line(line);
      if (isBug(error)) this.context.stderr.text(this.#whereItBroke(error));
      return exitCodeOf(error);
    } finally {
      const { stdout, stderr } = this.context;
      const masked = stdout.masked + stderr.masked;
      if (masked > 0) stderr.line((await import("./masked-text.ts")).maskedText(masked));
      await events?.close();
      // Idle connections would keep the process alive.
      for (const connection of this.#open) connection.close();
    }
  }

  /** Opens the cluster that the flags name; it is closed when the command ends. */
  protected async connect(): Promise<Connection> {
    const connection = await this.context.connect(this.connection);
    this.#open.push(connection);
    return connection;
  }

  /** A line on stderr, as kubectl prints warnings. */
  protected warn(message: string): void {
    warningsOn(this.context)(message);
  }

  /** --events, on the commands that have it: opened before the cluster is asked anything. */
  async #openEvents(): Promise<EventSink | undefined> {
    const { events, output = "table" } = this as { readonly events?: string; readonly output?: string };
    if (events === undefined) return undefined;
    const { withEvents } = await import("./events.ts");
    this.context = await withEvents(this.context, events, output);
    return this.context.events;
  }

  #warningsAsErrors(): number {
    const { count } = this.context.warnings;
    if (!this.connection.warningsAsErrors || count === 0) return 0;
    this.context.stderr.line(`error: ${count} ${count === 1 ? "warning" : "warnings"} received`);
    return 1;
  }

  /** Facts that fit their types and not each other were edited: that is the file's fault, and no bug. */
  #errorLines(error: unknown): readonly string[] {
    const file = this.#factsFile();
    if (file === undefined || !isBug(error)) return explainLines(error);
    return [
      `error: --facts: ${file} holds facts that do not fit together (${reasonOf(error)}); save them again with --save-facts`,
    ];
  }

  #factsFile(): string | undefined {
    const { facts } = this as { readonly facts?: unknown };
    return typeof facts === "string" ? facts : undefined;
  }

  #whereItBroke(error: unknown): string {
    if (this.connection.verbosity > 0 && error instanceof Error && error.stack !== undefined) {
      return `${error.stack}\n`;
    }
    if (this.#factsFile() !== undefined) return "";
    return "this is a bug in calico-upgrade; the same command with -v=1 shows where it happened\n";
  }
}

/** A clipanion option made from an entry of a flag table; typed by what the flag takes. */
export function option<const F extends Flag>(flag: F): FlagValue<F> {
  return marked([flag], {
    definition: (builder) => defineAll(builder, [flag]),
    transformer: (_builder, _key, state) => read(flag, state) as FlagValue<F>,
  });
}

/** One property for a whole table of flags. */
export function options<const T extends Readonly<Record<string, Flag>>>(table: T): FlagValues<T> {
  return marked(Object.values(table), {
    definition: (builder) => defineAll(builder, Object.values(table)),
    transformer: (_builder, _key, state) =>
      Object.fromEntries(
        Object.entries(table).map(([key, flag]) => [key, read(flag, state)]),
      ) as FlagValues<T>,
  });
}

/** The flags of a command class, in the order in which they are declared, shared ones last. */
export function flagsOf(commandClass: new () => BaseCommand): readonly Flag[] {
  const own: Flag[] = [];
  const shared: Flag[] = [];
  for (const [key, value] of Object.entries(new commandClass())) {
    if (isMarked(value)) (key === "connection" ? shared : own).push(...value[flagKey]);
  }
  return [...own, ...shared];
}

/**
 * The same command for a line that gives only these flags; the others have their defaults. clipanion builds its
 * parser again in each run, in a time that grows with the square of the flags: for all of `status` 30 ms.
 */
export function knowingOnly(
  commandClass: new () => BaseCommand,
  given: readonly Flag[],
): new () => BaseCommand {
  const names = new Set(given.map(({ name }) => name));
  // Abstract only for the compiler, which does not see that `commandClass` has a body.
  abstract class Short extends commandClass {
    constructor() {
      super();
      for (const [key, value] of Object.entries(this)) {
        if (!isMarked(value)) continue;
        const flags = value[flagKey].filter(({ name }) => names.has(name));
        const definition = (builder: Builder): void => defineAll(builder, flags);
        Object.assign(this, { [key]: { ...value, definition } });
      }
    }
  }
  return Short as unknown as new () => BaseCommand;
}

interface Marked {
  readonly [flagKey]: readonly Flag[];
}

function isMarked(value: unknown): value is Marked {
  return typeof value === "object" && value !== null && flagKey in value;
}

type OptionSpec<T> = Parameters<typeof Option.makeCommandOption<T>>[0];

/** clipanion hands out its option objects under the type of the value that they become. */
function marked<T>(flags: readonly Flag[], spec: OptionSpec<T>): T {
  const made: unknown = Option.makeCommandOption<T>(spec);
  return Object.assign(made as object, { [flagKey]: flags }) as T;
}

type Builder = Parameters<OptionSpec<unknown>["definition"]>[0];
type State = Parameters<OptionSpec<unknown>["transformer"]>[2];

function defineAll(builder: Builder, flags: readonly Flag[]): void {
  for (const flag of flags) {
    const boolean = flag.takes === "boolean";
    builder.addOption({ names: [`--${flag.name}`], arity: boolean ? 0 : 1, allowBinding: !boolean });
  }
}

/** The scanner has checked the values; here they only change their type. */
function read(flag: Flag, state: State): unknown {
  const given = state.options.filter(({ name }) => name === `--${flag.name}`).map(({ value }) => value);
  if (flag.repeat === true) return given;
  const last = given.at(-1);
  if (flag.takes === "boolean") return last ?? flag.default === "true";
  const value = last === undefined ? flag.default : String(last);
  if (value === undefined) return undefined;
  if (flag.read === "int") return Number(value);
  if (flag.read === "duration") {
    const duration = goDuration(value);
    return duration.ok ? duration.millis : undefined;
  }
  return value;
}
