import { flagsOf } from "../../src/commands/base.ts";
import { commands, globalFlags } from "../../src/cli.ts";
import { flagGroups, type Flag } from "../../src/flags/flag.ts";
import type { CommandUsage } from "../../src/flags/help.ts";

/** What --help is made from, for the manual page and the command reference. */
export interface Reference {
  readonly commands: readonly {
    readonly name: string;
    readonly usage: CommandUsage;
    readonly groups: readonly FlagGroup[];
  }[];
  /** Of the flags that every command takes. */
  readonly groups: readonly FlagGroup[];
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

export async function readReference(): Promise<Reference> {
  const shared = new Set<string>(globalFlags.map(({ name }) => name));
  return {
    commands: await Promise.all(
      commands.map(async ({ name, load }) => {
        const commandClass = await load();
        const own = flagsOf(commandClass).filter((flag) => !shared.has(flag.name));
        return { name, usage: commandClass.help, groups: inGroups(own) };
      }),
    ),
    groups: inGroups(globalFlags),
  };
}

function inGroups(flags: readonly Flag[]): readonly FlagGroup[] {
  return flagGroups.flatMap((title) => {
    const own = flags
      .filter((flag) => flag.group === title && flag.hidden !== true)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return own.length === 0 ? [] : [{ title, flags: own }];
  });
}
