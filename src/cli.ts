import type { AppContext } from "./context.ts";
import type { BaseCommand } from "./commands/base.ts";
import { connectionFlags, helpFlag } from "./flags/connection.ts";
import { findCommand } from "./flags/find-command.ts";
import type { Flag } from "./flags/flag.ts";
import type { CommandUsage, ListedCommand } from "./flags/help.ts";
import { program } from "./model/program.ts";
import { sh } from "./model/shell.ts";

type CommandClass = (new () => BaseCommand) & { readonly help: (typeof BaseCommand)["help"] };

interface RegisteredCommand extends ListedCommand {
  /** Loads the class, and clipanion with it. */
  readonly load: () => Promise<CommandClass>;
}

/** Every command, in the order of the help text. Its class is loaded when it is called. */
export const commands: readonly RegisteredCommand[] = [
  {
    name: "status",
    summary: "Show what Calico runs where, and how far an upgrade has come",
    group: "Commands",
    load: async () => (await import("./commands/status.ts")).StatusCommand,
  },
  {
    name: "preflight",
    summary: "Check what stands between what runs and a Calico release",
    group: "Commands",
    load: async () => (await import("./commands/preflight.ts")).PreflightCommand,
  },
  {
    name: "plan",
    summary: "Show the way to a Calico release: which releases to go through, and the steps",
    group: "Commands",
    load: async () => (await import("./commands/plan.ts")).PlanCommand,
  },
  {
    name: "runbook",
    summary: "Write the steps by hand, for components that run outside of Kubernetes",
    group: "Commands",
    load: async () => (await import("./commands/runbook.ts")).RunbookCommand,
  },
  {
    name: "node",
    summary: "Upgrade calico-node on nodes, one after the other",
    group: "Commands",
    load: async () => (await import("./commands/node.ts")).NodeCommand,
  },
  {
    name: "controller",
    summary: "Upgrade or restart Calico's controller, never two at once",
    group: "Commands",
    load: async () => (await import("./commands/controller.ts")).ControllerCommand,
  },
  {
    name: "apply",
    summary: "Upgrade Calico to a manifest: everything in the right order, one node after the other",
    group: "Commands",
    load: async () => (await import("./commands/apply.ts")).ApplyCommand,
  },
  {
    name: "rebase",
    summary: "Carry your own settings over into the manifest of a new release",
    group: "Commands",
    load: async () => (await import("./commands/rebase.ts")).RebaseCommand,
  },
  {
    name: "configmap",
    summary: "Change Calico's ConfigMap and restart exactly what reads the changed keys",
    group: "Commands",
    load: async () => (await import("./commands/configmap.ts")).ConfigMapCommand,
  },
  {
    name: "explain",
    summary: "Explain the id of a rule or a finding, or list all ids",
    group: "Other Commands",
    load: async () => (await import("./commands/explain.ts")).ExplainCommand,
  },
  {
    name: "migrate-policy",
    summary: "Move NetworkPolicies to v1 semantics, so that the upgrade changes no flow",
    group: "Commands",
    load: async () => (await import("./commands/migrate-policy.ts")).MigratePolicyCommand,
  },
  {
    name: "migrate-data",
    summary: "Copy Calico's data from ThirdPartyResources to CustomResourceDefinitions, for v2.5",
    group: "Commands",
    load: async () => (await import("./commands/migrate-data.ts")).MigrateDataCommand,
  },
  {
    name: "undo",
    summary: "Undo what a run changed, from the bundle that it saved",
    group: "Commands",
    load: async () => (await import("./commands/undo.ts")).UndoCommand,
  },
  {
    name: "report",
    summary: "Report what a run did on every node",
    group: "Commands",
    load: async () => (await import("./commands/report.ts")).ReportCommand,
  },
  {
    name: "completion",
    summary: "Set up completion of commands, flags and names in the shell",
    group: "Other Commands",
    load: async () => (await import("./commands/completion.ts")).CompletionCommand,
  },
  {
    name: "version",
    summary: "Print the version of this program",
    group: "Other Commands",
    load: async () => (await import("./commands/version.ts")).VersionCommand,
  },
];

/** Flags that every command takes. */
export const globalFlags = [...Object.values(connectionFlags), helpFlag];

/** Runs one command line (without the program's name) and answers the exit code. */
export async function runCli(args: readonly string[], context: AppContext): Promise<number> {
  // Before anything looks at flags: what follows is a line that somebody is still typing.
  if (args[0] === completeCommand) return await complete(args.slice(1), context);
  const { name, rest } = findCommand(args, globalFlags);
  if (name === undefined) return await runRoot(args, context);
  if (name === "help") return await runHelp(rest, context);
  if (name === "options") return await showOptions(context);
  const command = commands.find((known) => known.name === name);
  return command === undefined
    ? await unknownCommand(name, context)
    : await runCommand(command, rest, context);
}

/** What kubectl_complete-calico_upgrade calls. */
export const completeCommand = "__complete";

async function complete(args: readonly string[], context: AppContext): Promise<number> {
  const { runComplete } = await import("./commands/complete/run.ts");
  const completed = commands.map((command) => ({
    ...command,
    async details() {
      const [{ flagsOf }, commandClass] = await Promise.all([import("./commands/base.ts"), command.load()]);
      const usage: CommandUsage = commandClass.help;
      return { usage: usage.arguments ?? "", flags: [...flagsOf(commandClass), helpFlag] };
    },
  }));
  return await runComplete(args, completed, globalFlags, context);
}

async function runCommand(
  command: RegisteredCommand,
  args: readonly string[],
  context: AppContext,
): Promise<number> {
  const [{ scan, canonical, isSet }, { flagsOf, knowingOnly }, commandClass] = await Promise.all([
    import("./flags/scan.ts"),
    import("./commands/base.ts"),
    command.load(),
  ]);
  const flags = [...flagsOf(commandClass), helpFlag];
  const result = scan(args, flags);
  if (!result.ok) {
    const { kustomizeRefusal } = await import("./flags/kustomize.ts");
    const message = kustomizeRefusal(command.name, args, flags);
    const mistake = message === undefined ? result : { message };
    return await usageError(mistake, flags, `${program} ${sh`${command.name}`}`, context);
  }
  for (const warning of result.scanned.warnings) context.stderr.line(`Warning: ${warning}`);
  if (isSet(result.scanned, helpFlag.name)) return await showHelp(command, commandClass, context);
  const { Cli } = await import("clipanion");
  const given = result.scanned.given.map(({ flag }) => flag);
  const cli = Cli.from<AppContext>([knowingOnly(commandClass, given)], {
    binaryName: program,
    enableColors: false,
  });
  const input = [command.name, ...canonical(result.scanned)];
  let ready: ReturnType<typeof cli.process>;
  try {
    // clipanion copies its context, and a copy reads every getter of ours.
    ready = cli.process({ input, context: {} as AppContext });
    const line = { verb: command.name, positionals: result.scanned.positionals, given: result.scanned.given };
    ready.context = Object.create(context, { line: { value: line } }) as AppContext;
  } catch {
    // Flags are checked; what is left to be wrong is the number of arguments.
    context.stderr.line(`error: extra arguments: [${result.scanned.positionals.join(" ")}]`);
    context.stderr.line(`See '${program} ${sh`${command.name} -h' for help and examples`}`);
    return 1;
  }
  return await ready.validateAndExecute();
}

/** No command: flags are checked all the same, then the help is shown. */
async function runRoot(args: readonly string[], context: AppContext): Promise<number> {
  const { scan, isSet } = await import("./flags/scan.ts");
  const versionFlag = { name: "version", takes: "boolean", help: "", group: "Other" } as const;
  const flags = [...globalFlags, versionFlag];
  const result = scan(args, flags);
  if (!result.ok) return await usageError(result, flags, program, context);
  if (isSet(result.scanned, versionFlag.name)) {
    const { version } = await import("./version.ts");
    context.stdout.line(version);
    return 0;
  }
  return await showRootHelp(context);
}

/** `help`, `help status`. */
async function runHelp(args: readonly string[], context: AppContext): Promise<number> {
  const { name } = findCommand(args, globalFlags);
  if (name === undefined || name === "help") return await showRootHelp(context);
  if (name === "options") return await showOptions(context);
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    context.stdout.text(`Unknown help topic [\`${name}\`]\n\n`);
    return await showRootHelp(context);
  }
  return await showHelp(command, await command.load(), context);
}

async function showHelp(
  command: RegisteredCommand,
  commandClass: CommandClass,
  context: AppContext,
): Promise<number> {
  const [{ commandHelp }, { flagsOf }] = await Promise.all([
    import("./flags/help.ts"),
    import("./commands/base.ts"),
  ]);
  context.stdout.text(commandHelp(command.name, commandClass.help, flagsOf(commandClass)));
  return 0;
}

async function showRootHelp(context: AppContext): Promise<number> {
  const { rootHelp } = await import("./flags/help.ts");
  context.stdout.text(rootHelp(commands));
  return 0;
}

async function showOptions(context: AppContext): Promise<number> {
  const { optionsHelp } = await import("./flags/help.ts");
  context.stdout.text(optionsHelp(globalFlags));
  return 0;
}

async function unknownCommand(name: string, context: AppContext): Promise<number> {
  const { suggest, didYouMean } = await import("./flags/suggest.ts");
  const close = suggest(name, [...commands.map((command) => command.name), "help", "options"]);
  context.stderr.text(`error: unknown command "${name}" for "${program}"\n${didYouMean(close)}`);
  return 1;
}

/** A mistake in the flags, in kubectl's words; below an unknown one the flags that may have been meant. */
async function usageError(
  { message, unknown }: { readonly message: string; readonly unknown?: string },
  flags: readonly Flag[],
  command: string,
  context: AppContext,
): Promise<number> {
  const see = `See '${command} --help' for usage.\n`;
  let hint = "";
  if (unknown !== undefined) {
    const { suggestFlags, didYouMean } = await import("./flags/suggest.ts");
    const names = flags.flatMap(({ name, hidden }) => (hidden === true ? [] : [name]));
    hint = didYouMean(suggestFlags(unknown, names).map((name) => `--${name}`));
  }
  context.stderr.text(`error: ${message}\n${hint === "" ? "" : `${hint}\n`}${see}`);
  return 1;
}
