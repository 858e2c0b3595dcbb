import { visibleData } from "../../model/visible.ts";
import { escapeMarkdown, fenced } from "../markdown.ts";
import type { ReportedNodeRow, RunReport } from "./kind.ts";
import {
  gapText,
  hasPulls,
  notRestarted,
  outcomeText,
  phaseIn,
  slowestIn,
  spanText,
  stateText,
  summaryOf,
  timeText,
  titleText,
  troubleIn,
  troubleText,
  unreadTexts,
} from "./words.ts";

/** For a ticket or a wiki, and readable on a terminal. */
export function reportMarkdown(given: RunReport): string {
  const report = visibleData(given);
  const { configuration, gaps, budget } = report;
  const { before, after, diff } = configuration;
  const restarted = report.nodes.filter(({ phases }) => phases.length > 0);
  const pulls = hasPulls(restarted);
  return [
    `# ${escapeMarkdown(titleText(report))}\n\n${escapeMarkdown(stateText(report))}.\n`,
    summaryOf(report)
      .filter(([label]) => label !== "Command")
      .map(([label, text]) => `- ${label}: ${escapeMarkdown(text)}\n`)
      .join(""),
    report.run.commandLine === undefined ? "" : fenced([report.run.commandLine], "sh"),
    part(
      "Needs attention",
      ["Node", "What"],
      troubleIn(report).map((node) => [node.name, troubleText(node)]),
    ),
    gaps === undefined
      ? ""
      : part(
          `Gaps${budget === undefined ? "" : ` (budget ${spanText(budget)})`}`,
          ["Without a Ready calico-node", "Nodes"],
          gaps.buckets.map(({ from, to, count }) => [`${spanText(from)} to ${spanText(to)}`, String(count)]),
        ),
    part(
      "Slowest nodes",
      ["Node", "Gap", "Began"],
      slowestIn(report).map((node) => [node.name, gapText(node), timeText(node.began)]),
    ),
    part(
      "Nodes in their order",
      ["Node", "Began", ...(pulls ? ["Images pulled"] : []), "Cordoned before", "Gap", "Settled", "Result"],
      restarted.map((node) => [
        node.name,
        timeText(node.began),
        ...(pulls ? [phaseText(node, "pull")] : []),
        phaseText(node, "before"),
        node.outcome === "restarted" ? gapText(node) : "",
        phaseText(node, "after"),
        [outcomeText[node.outcome], node.why ?? ""].filter((text) => text !== "").join(": "),
      ]),
    ),
    part(
      "Not restarted",
      ["Node", "Result", "Why"],
      notRestarted(report).map((node) => [node.name, outcomeText[node.outcome], node.why ?? ""]),
    ),
    part(
      "Configuration",
      ["", "Revision", "Release", "Images"],
      (
        [
          ["before", before],
          ["after", after],
        ] as const
      ).map(([when, template]) => [
        when,
        template === undefined ? "unknown" : String(template.revision),
        template?.release ?? "unknown",
        template?.images.join(", ") ?? "unknown",
      ]),
    ),
    diff === undefined || diff === "" ? "" : fenced(diff.trimEnd().split("\n"), "diff"),
    report.unread.length === 0
      ? ""
      : `\n## Could not be read\n\n${unreadTexts(report)
          .map((text) => `- ${escapeMarkdown(text)}\n`)
          .join("")}`,
  ].join("");
}

function phaseText(node: ReportedNodeRow, kind: "pull" | "before" | "after"): string {
  const lasted = phaseIn(node, kind);
  return lasted === undefined ? "" : spanText(lasted);
}

function part(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |\n`;
  return `\n## ${escapeMarkdown(title)}\n\n${line(heads)}|${heads.map(() => " --- |").join("")}\n${rows.map(line).join("")}`;
}
