import type {
  MissingFact,
  Runbook,
  RunbookHop,
  RunbookHost,
  RunbookStep,
} from "../../plan/runbook/runbook.ts";
import { visibleData } from "../../model/visible.ts";
import { escapeMarkdown, fenced } from "../markdown.ts";

/** How one form of text writes a runbook's parts. */
interface Form {
  readonly head: (level: 1 | 2 | 3, text: string) => string;
  readonly step: (number: string, text: string) => string;
  readonly item: (text: string) => string;
  readonly commands: (lines: readonly string[]) => string;
}

const plain: Form = {
  head: (level, text) => {
    const line = level === 1 ? "=" : "-";
    return level === 3 ? `\n${text}\n` : `\n${text}\n${line.repeat(text.length)}\n`;
  },
  step: (number, text) => `\n${number} ${text}\n`,
  item: (text) => `   * ${text}\n`,
  commands: (lines) => lines.map((line) => `      ${line}\n`).join(""),
};

const markdown: Form = {
  head: (level, text) => `\n${"#".repeat(level)} ${escapeMarkdown(text)}\n\n`,
  step: (number, text) => `\n**${number}** ${escapeMarkdown(text)}\n\n`,
  item: (text) => `- ${escapeMarkdown(text)}\n`,
  commands: (lines) => (lines.length === 0 ? "" : fenced(lines, "sh")),
};

/** For a terminal or a mail. */
export function runbookText(runbook: Runbook): string {
  return written(visibleData(runbook), plain);
}

/** For a wiki or a change request: commands in fences that can be copied. */
export function runbookMarkdown(runbook: Runbook): string {
  return written(visibleData(runbook), markdown).replaceAll(/\n{3,}/g, "\n\n");
}

function written(runbook: Runbook, form: Form): string {
  const { from, to, datastore, asked, hops, notes } = runbook;
  const title = `Calico ${from === undefined ? "" : `${from} `}to ${to}, by hand${datastore === undefined ? "" : ` (${datastore} datastore)`}`;
  return [
    form.head(1, title),
    notes.map(form.item).join(""),
    asked.length === 0 ? "" : form.head(2, "What could not be seen"),
    asked.map((each) => form.item(askedText(each))).join(""),
    ...hops.map((hop, index) => hopText(hop, index, hops.length, form)),
  ]
    .join("")
    .trimStart();
}

function askedText({ fact, why, flag, assumed, nodes }: MissingFact): string {
  const where =
    nodes.length === 0
      ? ""
      : ` (${nodes.slice(0, 5).join(", ")}${nodes.length > 5 ? `, ${String(nodes.length - 5)} more` : ""})`;
  const taken = assumed === undefined ? "" : `; taken is ${assumed}`;
  return `${fact}${where}: ${why}${taken}; say it with ${flag}`;
}

function hopText(hop: RunbookHop, index: number, count: number, form: Form): string {
  const title = count === 1 ? "" : form.head(2, `Hop ${String(index + 1)}: ${hop.from ?? ""} to ${hop.to}`);
  const reasons = hop.reasons
    .map(({ id, because }) => form.item(`stops here because of ${id}: ${because}`))
    .join("");
  return [
    title,
    reasons,
    part("Before, once", hop.before, form),
    part("The policy controller: never two at once", hop.controller, form),
    ...(hop.hosts.length === 0
      ? []
      : [form.head(2, "Each host, one after the other"), ...hop.hosts.map((host) => hostText(host, form))]),
  ].join("");
}

function hostText({ node, facts, steps }: RunbookHost, form: Form): string {
  const seen = [
    facts.os,
    facts.arch,
    facts.kernel === undefined ? undefined : `kernel ${facts.kernel}`,
    facts.kubelet === undefined ? undefined : `kubelet ${facts.kubelet}`,
    facts.runtime,
  ]
    .filter((each) => each !== undefined)
    .join(", ");
  return [
    form.head(3, `Host ${node}`),
    form.item(seen === "" ? "nothing is known about it" : seen),
    facts.images.length === 0 ? "" : form.item(`Calico's images on it: ${facts.images.join(", ")}`),
    ...steps.map((step, at) => stepText(step, at, form)),
  ].join("");
}

function part(title: string, steps: readonly RunbookStep[], form: Form): string {
  return steps.length === 0
    ? ""
    : form.head(2, title) + steps.map((step, at) => stepText(step, at, form)).join("");
}

function stepText({ what, notes, commands, files }: RunbookStep, at: number, form: Form): string {
  return [
    form.step(`${String(at + 1)}.`, what),
    notes.map(form.item).join(""),
    files
      .map(({ path, owner, mode, state }) =>
        form.item(
          state === "absent" ? `gone afterwards: ${path}` : `afterwards ${path} is ${owner}, ${mode}`,
        ),
      )
      .join(""),
    form.commands(commands),
  ].join("");
}
