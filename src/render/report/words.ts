import { plural, some } from "../../model/words.ts";
import type { Bound } from "../../plan/node/measure.ts";
import { seconds } from "../seconds.ts";
import type { ReportedNodeRow, RunReport } from "./kind.ts";

/** What the page and Markdown say alike. */

export function titleText({ run, configuration: { before, after } }: RunReport): string {
  const to = after?.release ?? `revision ${String(run.revision)}`;
  const isMove = before !== undefined && before.release !== to;
  return `Calico ${isMove ? `${before.release} to ` : ""}${to} on ${run.daemonSet}`;
}

export function stateText({ run, counts }: RunReport): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts["none here"];
  const done = `${String(counts.restarted)} of ${plural(total, "node")} restarted`;
  switch (run.state) {
    case "working":
      return `${done}; the run is at work`;
    case "unfinished":
      return `${done}; ${plural(counts.unfinished, "node")} left unfinished`;
    case "incomplete":
      return `${done}; ${plural(counts["not begun"], "node")} not begun`;
    case "done":
      return done;
  }
}

/** `≤5.2s`: a bound is never told as if it were exact. */
export function spanText(span: number, bound: Bound = "exact"): string {
  const sign = { exact: "", "at most": "≤", "at least": "≥" }[bound];
  return `${sign}${seconds(span * 1000, bound)}`;
}

export function gapText({ gap, bound }: Pick<ReportedNodeRow, "gap" | "bound">): string {
  return gap === undefined ? "unknown" : spanText(gap, bound);
}

export function timeText(time: string | undefined): string {
  return time === undefined ? "unknown" : `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** The rows of the summary; what is not known is said. */
export function summaryOf(report: RunReport): readonly (readonly [string, string])[] {
  const { run, cluster, budget, bgp, gaps } = report;
  const took = run.seconds === undefined ? "" : `, ${spanText(run.seconds)}`;
  const ended = run.ended === undefined ? ", not ended yet" : ` to ${timeText(run.ended)}`;
  return [
    ["Run", run.id],
    ["Time", run.began === undefined ? "unknown" : `${timeText(run.began)}${ended}${took}`],
    ["Run by", run.by.length === 0 ? "unknown" : some(run.by, 5)],
    ["Command", run.commandLine ?? "unknown: no node had room for it"],
    ...(gaps === undefined
      ? []
      : ([
          [
            "Gap",
            `median ${spanText(gaps.p50)}, 95% within ${spanText(gaps.p95)}, longest ${spanText(gaps.max)} (${plural(gaps.count, "node")})`,
          ],
        ] as const)),
    ["Budget", budgetText(budget, bgp, gaps?.over)],
    [
      "Kubernetes",
      `${cluster.kubernetes === "" ? "unknown" : cluster.kubernetes}, read ${timeText(cluster.observed)}`,
    ],
    ...(report.collected.length === 0 ? [] : ([["Records", collectedText(report)]] as const)),
    ...(run.others.length === 0 ? [] : ([["Other runs", some(run.others, 3)]] as const)),
  ];
}

/** Where what nodes no longer have is from. */
function collectedText({ collected }: RunReport): string {
  return some(
    collected.map(({ file, nodes }) => `of ${plural(nodes, "node")} from ${file}`),
    3,
  );
}

/** Whether images were pulled before some of these nodes were begun. */
export function hasPulls(nodes: readonly ReportedNodeRow[]): boolean {
  return nodes.some((node) => phaseIn(node, "pull") !== undefined);
}

/** Seconds that a phase lasted; undefined: there was none. */
export function phaseIn(
  { phases }: ReportedNodeRow,
  kind: ReportedNodeRow["phases"][number]["kind"],
): number | undefined {
  const phase = phases.find((each) => each.kind === kind);
  return phase === undefined ? undefined : phase.to - phase.from;
}

function budgetText(budget: number | undefined, bgp: RunReport["bgp"], over: number | undefined): string {
  if (budget === undefined) return "none: BGP is not used";
  const used = bgp === "unknown" ? " (whether BGP is used is unknown)" : "";
  const held =
    over === undefined ? "" : over === 0 ? "; no node exceeded it" : `; ${plural(over, "node")} exceeded it`;
  return `${spanText(budget)}, BIRD's graceful restart${used}${held}`;
}

/** Nodes that somebody should look at, the gravest first. */
export function troubleIn({ nodes }: RunReport): readonly ReportedNodeRow[] {
  const rank = ({ outcome, overBudget }: ReportedNodeRow): number =>
    outcome === "unfinished" ? 0 : overBudget === true ? 1 : 2;
  return nodes.filter((node) => rank(node) < 2).toSorted((a, b) => rank(a) - rank(b));
}

export function troubleText(node: ReportedNodeRow): string {
  const { outcome, overBudget, by, why } = node;
  if (outcome === "unfinished")
    return `left unfinished by ${by ?? "a run"}${why === undefined ? "" : `: ${why}`}`;
  const over = overBudget === true ? `no Ready calico-node for ${gapText(node)}` : "";
  return [over, why ?? ""].filter((text) => text !== "").join("; ");
}

/** Restarted nodes with the longest gaps. */
export function slowestIn({ nodes }: RunReport, most = 10): readonly ReportedNodeRow[] {
  return nodes
    .filter(({ gap }) => gap !== undefined)
    .toSorted((a, b) => (b.gap ?? 0) - (a.gap ?? 0))
    .slice(0, most);
}

export function notRestarted({ nodes }: RunReport): readonly ReportedNodeRow[] {
  return nodes.filter(
    ({ outcome }) => outcome !== "restarted" && outcome !== "unfinished" && outcome !== "at work",
  );
}

/** What became of a node, in a word or two. */
export const outcomeText: Readonly<Record<ReportedNodeRow["outcome"], string>> = {
  restarted: "restarted",
  "at work": "at work",
  unfinished: "unfinished",
  "done before": "skipped: up to date",
  "not begun": "not begun",
  "none here": "skipped: no calico-node",
  unknown: "unknown",
};

export function unreadTexts({ unread }: RunReport): readonly string[] {
  return unread.map(({ what, message }) => `${what}: ${message}`);
}
