import { about, shownDefault } from "../../src/flags/help.ts";
import type { Flag } from "../../src/flags/flag.ts";
import { program } from "../../src/model/program.ts";
import type { FlagGroup, Reference } from "./reference.ts";

/** docs/commands.md: what --help says, on one page. */
export function commandReference({ commands, groups }: Reference): string {
  return `${[
    "# Commands",
    "Written by `node scripts/write-docs.ts` from what `--help` says; change that, not this.",
    about,
    commands.map(({ name, usage }) => `- [\`${name}\`](#${name}): ${usage.summary}`).join("\n"),
    "Flags go after the command's name. Those that every command takes are [below](#flags-of-every-command).",
    ...commands.flatMap(({ name, usage, groups: own }) => [
      `## ${name}`,
      `${usage.summary}.`,
      ...(usage.details === undefined ? [] : [usage.details]),
      `\`\`\`sh\n${program} ${name} ${usage.arguments ?? "[flags]"}\n\`\`\``,
      ...(usage.examples.length === 0
        ? []
        : [
            `\`\`\`sh\n${usage.examples.map(({ what, command }) => `# ${what}\n${program} ${command}`).join("\n\n")}\n\`\`\``,
          ]),
      ...flagTables(own),
    ]),
    "## Flags of every command",
    ...flagTables(groups),
  ].join("\n\n")}\n`;
}

function flagTables(groups: readonly FlagGroup[]): string[] {
  return groups.flatMap(({ title, flags }) => [
    `### ${title}`,
    flags.map((flag) => `- ${spelling(flag)}\n  ${escaped(flag.help)}`).join("\n"),
  ]);
}

function spelling(flag: Flag): string {
  const short = flag.short === undefined ? "" : `\`-${flag.short}\`, `;
  return `${short}\`--${flag.name}=${shownDefault(flag)}\`:`;
}

function escaped(text: string): string {
  return text.replaceAll(/[<>*_|]/g, String.raw`\$&`);
}
