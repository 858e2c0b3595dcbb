import { htmlPage } from "../../html-page.ts";
import { escapeHtml } from "../../html-escape.ts";
import type { ReportedNodeRow, RunReport } from "../kind.ts";
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
} from "../words.ts";
import { barsOf, scaleOf, type Scale } from "./scale.ts";
import { style } from "./style.ts";

/** RunReport as one page that needs nothing else, no script either: everything in it is escaped text. */
export function reportPage(report: RunReport): string {
  const title = titleText(report);
  return htmlPage(
    { title, style, scripts: false },
    `<p class="state ${report.run.state}">${escapeHtml(stateText(report))}</p>
${tiles(report)}
<dl>${summaryOf(report)
      .map(([label, text]) => `<dt>${escapeHtml(label)}</dt><dd>${valueOf(label, text)}</dd>`)
      .join("")}</dl>
${list(
  "Needs attention",
  ["Node", "What"],
  troubleIn(report).map((node) => [node.name, troubleText(node)]),
)}
${timeline(report)}
<div class="two">
${distribution(report)}
${list(
  "Slowest nodes",
  ["Node", "Gap", "Began"],
  slowestIn(report).map((node) => [node.name, gapText(node), timeText(node.began)]),
)}
</div>
${list(
  "Not restarted",
  ["Node", "Result", "Why"],
  notRestarted(report).map((node) => [node.name, outcomeText[node.outcome], node.why ?? ""]),
)}
${configuration(report)}
${list(
  "Could not be read",
  ["What"],
  unreadTexts(report).map((text) => [text]),
)}`,
  );
}

function valueOf(label: string, text: string): string {
  return label === "Command" || label === "Run" ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text);
}

function tiles({ counts, gaps, budget, run }: RunReport): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts["none here"];
  const all: readonly (readonly [string, string, boolean])[] = [
    [`${String(counts.restarted)} / ${String(total)}`, "nodes restarted", false],
    [String(counts.unfinished), "left unfinished", counts.unfinished > 0],
    ...(gaps === undefined
      ? []
      : ([
          [spanText(gaps.p50), "median gap", false],
          [spanText(gaps.max), "longest gap", budget !== undefined && gaps.max > budget],
        ] as const)),
    ...(gaps?.over === undefined || budget === undefined
      ? []
      : ([[String(gaps.over), `over ${spanText(budget)}`, gaps.over > 0]] as const)),
    ...(run.seconds === undefined ? [] : ([[spanText(run.seconds), "from begin to end", false]] as const)),
  ];
  return `<ul class="tiles">${all
    .map(
      ([value, label, bad]) =>
        `<li${bad ? ' class="bad"' : ""}><b>${escapeHtml(value)}</b>${escapeHtml(label)}</li>`,
    )
    .join("")}</ul>`;
}

function timeline(report: RunReport): string {
  const rows = report.nodes.filter(({ phases }) => phases.length > 0);
  if (rows.length === 0) return "";
  const scale = scaleOf(report);
  const pulls = hasPulls(rows);
  const days = new Set(rows.map(({ began = "" }) => began.slice(0, 10)));
  const limit = scale.limit === undefined ? "" : ` style="--limit:${String(scale.limit)}%"`;
  const budget =
    report.budget === undefined ? "" : `<li><i class="limit"></i>budget, ${spanText(report.budget)}</li>`;
  return `<h2>Timeline</h2>
<p class="say">Nodes in the order in which they were begun. 0s is where each node's calico-node was deleted.${pulls ? " Images were pulled before the first node was touched; those bars have a scale of their own." : ""}</p>
<ul class="key">${pulls ? '<li><i class="pull"></i>images pulled</li>' : ""}<li><i class="before"></i>cordoned</li><li><i class="gap"></i>no Ready calico-node</li><li><i class="after"></i>Ready, settling</li><li><i class="open"></i>not known how far</li>${budget}</ul>
<table class="time${scale.limit === undefined ? "" : " limited"}"${limit}>
<thead><tr><th scope="col">Node</th><th scope="col">Began (UTC)</th>${pulls ? '<th scope="col">Images pulled</th>' : ""}<th scope="col" class="bar">${scale.ticks
    .map(({ second, place }) => `<span style="left:${String(place)}%">${escapeHtml(tickText(second))}</span>`)
    .join("")}</th><th scope="col" class="number">Gap</th><th scope="col">Result</th></tr></thead>
<tbody>
${rows.map((node) => timelineRow(node, scale, { withDay: days.size > 1, pulls })).join("\n")}
</tbody></table>`;
}

function tickText(second: number): string {
  return second < 120
    ? `${String(second)}s`
    : second % 3600 === 0
      ? `${String(second / 3600)}h`
      : `${String(Math.round(second / 6) / 10)}m`;
}

function pullCell(node: ReportedNodeRow, { longestPull }: Scale): string {
  const pulled = phaseIn(node, "pull");
  if (pulled === undefined) return '<td class="pulled"></td>';
  const width = Math.round((pulled / longestPull) * 1000) / 10;
  return `<td class="pulled"><span><i class="pull" style="width:${String(width)}%"></i></span>${escapeHtml(spanText(pulled))}</td>`;
}

function timelineRow(
  node: ReportedNodeRow,
  scale: Scale,
  { withDay, pulls }: { readonly withDay: boolean; readonly pulls: boolean },
): string {
  const { name, began = "", outcome, overBudget, why, from, by } = node;
  const bars = barsOf(node, scale)
    .map(
      ({ kind, left, width, seconds, cut }) =>
        `<i class="${kind}${cut ? " cut" : ""}" style="left:${String(left)}%;width:${String(width)}%" title="${escapeHtml(`${barText[kind]} ${spanText(seconds)}`)}"></i>`,
    )
    .join("");
  const bad = outcome === "unfinished" || overBudget === true;
  const result = [overBudget === true ? "over budget" : "", why ?? ""]
    .filter((text) => text !== "")
    .join("; ");
  const shown =
    outcome === "restarted"
      ? result
      : [outcomeText[outcome], result].filter((text) => text !== "").join(": ");
  const hint = [from === undefined ? "" : `from revision ${String(from)}`, by === undefined ? "" : `by ${by}`]
    .filter((text) => text !== "")
    .join(", ");
  return `<tr${bad ? ' class="bad"' : ""}><th scope="row" title="${escapeHtml(hint)}">${escapeHtml(short(name))}</th><td>${escapeHtml(withDay ? `${began.slice(5, 10)} ${began.slice(11, 19)}` : began.slice(11, 19))}</td>${pulls ? pullCell(node, scale) : ""}<td class="bar">${bars}</td><td class="number">${outcome === "restarted" ? escapeHtml(gapText(node)) : ""}</td><td>${escapeHtml(short(shown))}</td></tr>`;
}

const barText: Readonly<Record<ReportedNodeRow["phases"][number]["kind"], string>> = {
  pull: "images pulled for",
  before: "cordoned for",
  gap: "no Ready calico-node for",
  after: "Ready, settling for",
  open: "not known how far:",
};

function distribution({ gaps, budget }: RunReport): string {
  if (gaps === undefined) return "";
  const most = Math.max(...gaps.buckets.map(({ count }) => count));
  const rows = gaps.buckets.map(({ from, to, count }) => {
    const over = budget !== undefined && to > budget;
    const width = Math.round((count / most) * 1000) / 10;
    return `<tr${over && count > 0 ? ' class="bad"' : ""}><th scope="row">${escapeHtml(`${spanText(from)} to ${spanText(to)}`)}</th><td class="bar"><i class="gap" style="width:${String(width)}%"></i></td><td class="number">${count === 0 ? "" : String(count)}</td></tr>`;
  });
  return `<section><h2>Gaps</h2>
<p class="say">How long nodes were without a Ready calico-node. Pods kept running; BGP peers drop a node's routes when its session is down for longer than the budget.</p>
<table class="share"><thead><tr><th scope="col">Gap</th><th scope="col"></th><th scope="col" class="number">Nodes</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

function configuration({ configuration: { before, after, diff, masked } }: RunReport): string {
  if (before === undefined && after === undefined) return "";
  const rows = (
    [
      ["before", before],
      ["after", after],
    ] as const
  ).map(([when, template]) => [
    when,
    template === undefined ? "unknown" : String(template.revision),
    template?.release ?? "unknown",
    template?.images.join(", ") ?? "the cluster no longer keeps this revision",
  ]);
  const changed =
    diff === undefined || diff === ""
      ? ""
      : `<pre class="diff">${diff.trimEnd().split("\n").map(diffLine).join("\n")}</pre>`;
  const hidden =
    masked === undefined
      ? ""
      : `<p class="say">Values that look like secrets are masked: ${String(masked)}.</p>`;
  return `${list("Configuration", ["", "Revision", "Release", "Images"], rows)}${changed}${hidden}`;
}

function diffLine(line: string): string {
  const kind = line.startsWith("+")
    ? "plus"
    : line.startsWith("-")
      ? "minus"
      : line.startsWith("@")
        ? "at"
        : "";
  const text = escapeHtml(line);
  return kind === "" ? text : `<span class="${kind}">${text}</span>`;
}

function list(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return `<section><h2>${escapeHtml(title)}</h2>
<table class="list"><thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join("")}</tr></thead><tbody>
${rows.map((row) => `<tr>${row.map((text) => `<td>${escapeHtml(short(text))}</td>`).join("")}</tr>`).join("\n")}
</tbody></table></section>`;
}

/** One thing of many in one place: a reader has -o json for the whole. */
function short(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
