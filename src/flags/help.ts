import { flagGroups, type Flag } from "./flag.ts";
import { program } from "../model/program.ts";

/** What a command says about itself. Examples and usage leave out the program's name. */
export interface CommandUsage {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Paragraphs below it. */
  readonly details?: string;
  /** What stands after the command's name: `[NODE…] [flags]`. */
  readonly arguments?: string;
  readonly examples: readonly { readonly what: string; readonly command: string }[];
}

export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
}

/** What the program is for. */
export const about = "Upgrades Calico on a live cluster, one component and one node at a time.";

/** `kubectl calico-upgrade --help`: the commands, in groups. */
export function rootHelp(commands: readonly ListedCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const groups = [...new Set(commands.map(({ group }) => group))].map((group) => {
    const lines = commands
      .filter((command) => command.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`);
    return [`${group}:`, ...lines].join("\n");
  });
  return `${[
    about,
    ...groups,
    `Usage:\n  ${program} COMMAND [flags]`,
    `Use "${program} COMMAND --help" for more information about a given command.\n` +
      `Use "${program} options" for a list of global command-line options (applies to all commands).`,
  ].join("\n\n")}\n`;
}

/** `kubectl calico-upgrade status --help`: what it does, examples, its own flags in groups. */
export function commandHelp(name: string, usage: CommandUsage, flags: readonly Flag[]): string {
  const examples = usage.examples.map(
    ({ what, command }) => `  # ${what}\n  ${[program, command].join(" ")}`,
  );
  return `${[
    usage.summary,
    ...(usage.details === undefined ? [] : [usage.details]),
    ...(examples.length === 0 ? [] : [`Examples:\n${examples.join("\n\n")}`]),
    ...groupsOf(flags.filter(({ group }) => group === "Options" || group === "Output")),
    `Usage:\n  ${[program, name, usage.arguments ?? "[flags]"].join(" ")}`,
    `Use "${program} options" for a list of global command-line options (applies to all commands).`,
  ].join("\n\n")}\n`;
}

/** `kubectl calico-upgrade options`: the flags that every command takes. */
export function optionsHelp(flags: readonly Flag[]): string {
  return `${["The following options can be passed to any command:", ...groupsOf(flags)].join("\n\n")}\n`;
}

function groupsOf(flags: readonly Flag[]): string[] {
  return flagGroups.flatMap((group) => {
    const shown = flags
      .filter((flag) => flag.group === group && flag.hidden !== true)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return shown.length === 0 ? [] : [`${group}:\n${shown.map(flagHelp).join("\n\n")}`];
  });
}

/** As kubectl prints a flag: spelling with its default, the help below it. */
function flagHelp(flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  return `    ${short}--${flag.name}=${shownDefault(flag)}:\n\t${flag.help}`;
}

/** What a flag's value is when it is not given, as kubectl writes it. */
export function shownDefault(flag: Flag): string {
  if (flag.takes === "boolean") return flag.default ?? "false";
  if (flag.repeat === true) return "[]";
  if (flag.read !== undefined && flag.default !== undefined) return flag.default;
  return `'${flag.default ?? ""}'`;
}
