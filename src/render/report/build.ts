import { nameOf } from "../../facts/which.ts";
import type { Kept } from "../../model/node-record.ts";
import type { RevisionFacts } from "../../model/revision.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import { zoneOf as zoneOfNode } from "../../plan/fleet/classes.ts";
import { gapIn, gapsOf, type Gaps } from "../../plan/report/gaps.ts";
import { openPhase, phasesOf, type Phase } from "../../plan/report/phases.ts";
import type { ReportedOutcome, ReportedNode, ReportResult } from "../../plan/report/report.ts";
import { revisionIn } from "../../plan/report/runs.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releaseOfTemplate } from "../../releases/running.ts";
import { inSeconds } from "../seconds.ts";
import { noteText } from "../status/note-text.ts";
import type { ReportedGaps, ReportedNodeRow, ReportedTemplate, RunReport } from "./kind.ts";
import { imagesOf, templateDiff } from "./template-lines.ts";

/** The report as the JSON kind that the page and Markdown are made from. `commandLine`: the command of the run. */
export function runReport(result: ReportResult, commandLine: string | undefined): RunReport {
  const { report, now, kubernetes, bgp, budget, others, unread } = result;
  const { run, nodes, began, ended, by, command } = report;
  const records = nodes.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const gaps = gapsOf(records, budget);
  const counts = countsOf(nodes);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "RunReport",
    cluster: { kubernetes, observed: formatTime(now) },
    run: {
      id: run.id,
      daemonSet: nameOf(run.daemonSet),
      revision: revisionIn(run.id),
      state: stateOf(counts, run.daemonSet.run?.state === "working" && !report.overwritten),
      ...(began === undefined ? {} : { began: formatTime(began) }),
      ...(ended === undefined ? {} : { ended: formatTime(ended) }),
      ...(began === undefined || ended === undefined ? {} : { seconds: inSeconds(ended - began) }),
      by,
      ...(command === undefined ? {} : { command }),
      ...(commandLine === undefined ? {} : { commandLine }),
      others,
    },
    bgp,
    ...(budget === undefined ? {} : { budget: inSeconds(budget) }),
    counts,
    ...(gaps === undefined ? {} : { gaps: gapsInSeconds(gaps) }),
    configuration: configurationOf(report),
    nodes: nodes.map((node) => rowOf(node, result)),
    collected: [
      ...Map.groupBy(
        nodes.flatMap(({ kept }) => kept?.file ?? []),
        (file) => file,
      ),
    ].map(([file, { length }]) => ({ file, nodes: length })),
    unread,
  };
}

function countsOf(nodes: readonly ReportedNode[]): Readonly<Record<ReportedOutcome, number>> {
  const count = (outcome: ReportedOutcome): number => nodes.filter((node) => node.outcome === outcome).length;
  return {
    restarted: count("restarted"),
    "at work": count("at work"),
    unfinished: count("unfinished"),
    "done before": count("done before"),
    "not begun": count("not begun"),
    "none here": count("none here"),
    unknown: count("unknown"),
  };
}

function stateOf(counts: RunReport["counts"], works: boolean): RunReport["run"]["state"] {
  if (works || counts["at work"] > 0) return "working";
  if (counts.unfinished > 0) return "unfinished";
  return counts["not begun"] > 0 ? "incomplete" : "done";
}

function gapsInSeconds({ count, min, p50, p95, max, over, buckets }: Gaps): ReportedGaps {
  return {
    count,
    min: inSeconds(min),
    p50: inSeconds(p50),
    p95: inSeconds(p95),
    max: inSeconds(max),
    ...(over === undefined ? {} : { over }),
    buckets: buckets.map(({ from, to, count: nodes }) => ({
      from: inSeconds(from),
      to: inSeconds(to),
      count: nodes,
    })),
  };
}

function configurationOf({ before, after }: ReportResult["report"]): RunReport["configuration"] {
  if (before === undefined || after === undefined)
    return {
      ...(before === undefined ? {} : { before: templateOf(before) }),
      ...(after === undefined ? {} : { after: templateOf(after) }),
    };
  const { diff, masked } = templateDiff(before.template, after.template);
  return {
    before: templateOf(before),
    after: templateOf(after),
    diff,
    ...(masked === 0 ? {} : { masked }),
  };
}

function templateOf({ revision, template }: RevisionFacts): ReportedTemplate {
  return {
    revision,
    release: releaseOfTemplate(template, [], catalogue).text,
    images: imagesOf(template),
  };
}

function rowOf(node: ReportedNode, { report, now, budget }: ReportResult): ReportedNodeRow {
  const { name, outcome, record, lease } = node;
  const began = record?.began ?? lease?.since;
  const gap = record === undefined ? undefined : gapIn(record);
  const phases =
    record === undefined ? (lease === undefined ? [] : [openPhase(lease, now)]) : phasesOf(record);
  const why = whyOf(node, revisionIn(report.run.id), now, report.overwritten);
  const zone = zoneOf(node);
  const from = record?.from ?? lease?.from;
  const by = record?.by ?? lease?.holder;
  return {
    name,
    outcome,
    ...(why === "" ? {} : { why }),
    ...(zone === undefined ? {} : { zone }),
    ...(from === undefined ? {} : { from }),
    ...(began === undefined ? {} : { began: formatTime(began) }),
    ...(record === undefined ? {} : { ended: formatTime(record.ended) }),
    ...(gap === undefined ? {} : { gap: inSeconds(gap) }),
    ...(record?.bound === undefined ? {} : { bound: record.bound }),
    ...(gap === undefined || budget === undefined ? {} : { overBudget: gap > budget }),
    ...(record?.down === undefined ? {} : { down: inSeconds(record.down) }),
    ...(record?.kept === undefined ? {} : { kept: record.kept }),
    ...(by === undefined ? {} : { by }),
    phases: phases.map((phase) => relative(phase, began ?? 0)),
  };
}

function relative({ kind, from, to }: Phase, began: Millis): ReportedNodeRow["phases"][number] {
  return { kind, from: inSeconds(from - began), to: inSeconds(to - began) };
}

function zoneOf({ node, kept }: ReportedNode): string | undefined {
  return node?.node === undefined ? kept?.zone : zoneOfNode(node.node) || undefined;
}

function whyOf(reported: ReportedNode, revision: number, now: Millis, overwritten: boolean): string {
  const { outcome, record, unreadable, node } = reported;
  if (node === undefined) return "the cluster no longer has this node";
  const notes = node.notes.map((note) => noteText(note, now)).join("; ");
  const and = (text: string): string => (notes === "" ? text : `${text}; ${notes}`);
  switch (outcome) {
    case "restarted":
      return record?.kept === undefined ? "" : keptText[record.kept];
    case "at work":
    case "unfinished":
      return notes;
    case "done before":
      return and(`already runs revision ${String(revision)}, restarted by no recorded run`);
    case "not begun":
      return and("still runs an older revision");
    case "none here":
      return "calico-node does not run here";
    case "unknown":
      if (unreadable) return "its calico-upgrade/record annotation cannot be read";
      return overwritten
        ? "a later run replaced its record, or this run did not restart it"
        : and("the revision that it runs could not be read");
  }
}

const keptText: Readonly<Record<Kept, string>> = {
  "was-cordoned": "stays cordoned: it was before the run",
  "cordoned-again": "stays cordoned: somebody else cordoned it during the run",
  "no-cordon": "restarted without a cordon",
  void: "uncordoned by hand during the run",
};
