import { about, shownDefault } from "../../src/flags/help.ts";
import { program } from "../../src/model/program.ts";
import type { FlagGroup, Reference } from "./reference.ts";

/** docs/kubectl-calico-upgrade.1: what --help says, for man(1). */
export function manualPage({ commands, groups }: Reference): string {
  return `${[
    String.raw`.\" Written by node scripts/write-docs.ts from what --help says; change that, not this.`,
    '.TH KUBECTL-CALICO-UPGRADE 1 "" "kubectl-calico-upgrade" "Kubernetes"',
    ".SH NAME",
    `kubectl-calico-upgrade \\- ${text(lowerFirst(about).replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ...commands.flatMap(({ name, usage }, index) => [
      ...(index === 0 ? [] : [".br"]),
      `.B ${text(`${program} ${name}`)}`,
      text(usage.arguments ?? "[flags]"),
    ]),
    ".SH DESCRIPTION",
    text(about),
    "Flags go after the command's name.",
    ...commands.flatMap(({ name, usage, groups: own }) => [
      `.SH ${text(name.toUpperCase())}`,
      `${text(usage.summary)}.`,
      ...(usage.details ?? "").split("\n\n").flatMap((part) => (part === "" ? [] : [".PP", text(part)])),
      ...options(own),
    ]),
    ".SH OPTIONS OF EVERY COMMAND",
    ...options(groups),
    ".SH EXAMPLES",
    ...commands.flatMap(({ usage }) =>
      usage.examples.flatMap(({ what, command }) => [
        ".TP",
        text(`${what}:`),
        `.B ${text(`${program} ${command}`)}`,
      ]),
    ),
    ".SH EXIT STATUS",
    "0 when it is done or there is nothing to do, 1 for everything else, 130 after an interrupt, 143 after a SIGTERM.",
    ".SH SEE ALSO",
    String.raw`.BR kubectl (1), .BR kubectl\-cordon (1)`.replace(", .BR", ",\n.BR"),
  ].join("\n")}\n`;
}

function options(groups: readonly FlagGroup[]): string[] {
  return groups.flatMap(({ title, flags }) => [
    `.SS ${text(title)}`,
    ...flags.flatMap((flag) => {
      const short = flag.short === undefined ? "" : `-${flag.short}, `;
      return [".TP", `.B ${text(`${short}--${flag.name}=${shownDefault(flag)}`)}`, text(flag.help)];
    }),
  ]);
}

/** Hyphens that can be copied, and no line that roff would take for a request. */
function text(plain: string): string {
  return plain
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`);
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
