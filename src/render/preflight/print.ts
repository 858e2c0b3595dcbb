import type { JsonObject } from "../../model/kube.ts";
import { program } from "../../model/program.ts";
import { categories } from "../../preflight/categories.ts";
import type { Printable } from "../output.ts";
import { hiddenOf, type Hidden } from "./hidden.ts";
import type { PreflightReport, Refusal, ReportedFinding } from "./kind.ts";
import { rolesText } from "./roles.ts";
import { plural } from "../../model/words.ts";
import { visible, visibleData } from "../../model/visible.ts";
import { sh } from "../../model/shell.ts";

/** A report in all forms of -o but `short`. */
export function printablePreflight(report: PreflightReport): Printable {
  return {
    table: (wide) => preflightText(report, wide),
    object: () => report as unknown as JsonObject,
    rows: () => report.findings as unknown as readonly JsonObject[],
    names: () => [
      ...report.findings.filter(({ blocks }) => blocks).map(({ id }) => id),
      ...new Set((report.refusals ?? []).map(({ id = "refused" }) => id)),
    ],
  };
}

/** One line for what did not pass, the verdict first. */
export function shortText(report: PreflightReport): string {
  const hidden = hiddenOf(report.findings);
  const lines = report.findings
    .filter((finding) => isOpen(finding) && !isIn(hidden, finding))
    .map((finding) => `${sign(finding)} ${finding.id}  ${told(finding)}\n`);
  const refused = (report.refusals ?? []).map(({ id, because }) => `× ${idOf(id)}${oneLine(because)}\n`);
  const unseen = hidden.map(
    (reason) => `${worst(reason)} ${idsOf(reason)}  not known: ${oneLine(reason.why)}\n`,
  );
  return [verdictLine(report), ...refused, ...unseen, ...lines].join("");
}

function preflightText(report: PreflightReport, wide: boolean): string {
  const hidden = hiddenOf(report.findings);
  const groups = Object.entries(categories).flatMap(([letter, name]) => {
    const own = report.findings.filter(
      (finding) =>
        finding.category === letter && (wide || finding.outcome !== "n/a") && !isIn(hidden, finding),
    );
    return own.length === 0 ? [] : [`${name}\n${own.map((finding) => findingText(finding, wide)).join("")}`];
  });
  const apart = report.findings.filter(({ outcome }) => outcome === "n/a").length;
  const missing = report.findings.flatMap((finding) => finding.missing ?? []);
  return [
    verdictLine(report),
    ...refusalsText(report),
    ...(hidden.length === 0 ? [] : [hiddenText(hidden)]),
    ...groups,
    ...(missing.length === 0 ? [] : [rightsText(missing)]),
    ...(report.reachable === undefined ? [] : [reachableText(report.reachable)]),
    (wide || apart === 0 ? "" : `${checks(apart)} not apply here; -o wide lists them.\n`) +
      `What is behind one, and what to do: ${program} explain ID\n`,
  ].join("\n");
}

function verdictLine(report: PreflightReport): string {
  const { command, ready, findings, refusals = [] } = report;
  const { from, to, datastore, cluster } = visibleData(headingOf(report));
  const where = [
    ...(datastore === undefined ? [] : [`${datastore} datastore`]),
    ...(cluster.kubernetes === "" ? [] : [`Kubernetes ${cluster.kubernetes}`]),
  ].join(", ");
  const way = `Calico ${from ?? "of unknown release"}${to === undefined ? "" : ` to ${to}`}`;
  const open = findings.filter(isOpen);
  const counts = (["error", "warning"] as const).flatMap((severity) => {
    const refused = severity === "error" ? refusals.length : 0;
    const count = open.filter((finding) => finding.severity === severity).length + refused;
    return count === 0 ? [] : [plural(count, severity)];
  });
  // Ready means that a command would begin: without one that was asked nobody knows (hazard H35).
  const word = !ready ? "not ready" : command === undefined ? "no blocker known" : `ready for ${command}`;
  const verdict = [word, ...counts].join(", ");
  return `${way}${where === "" ? "" : ` (${where})`}: ${verdict}\n`;
}

function headingOf({ from, to, datastore, cluster }: PreflightReport) {
  return { from, to, datastore, cluster };
}

function refusalsText({ command, refusals = [] }: PreflightReport): readonly string[] {
  if (refusals.length === 0) return [];
  const title = command === undefined ? "What stands in the way\n" : `What stops ${command} at its start\n`;
  return [title + refusals.flatMap(refusalText).join("")];
}

/** Words of a command may have several lines of their own. */
function refusalText({ id, because, fix }: Refusal): readonly string[] {
  const [first = "", ...more] = because.split("\n").map(oneLine);
  return [
    `× ${idOf(id)}${first}\n`,
    ...more.map((line) => `       ${line}\n`),
    ...(fix === undefined ? [] : [`       fix: ${oneLine(fix)}\n`]),
  ];
}

/** A line for each reason, and below it the checks that are unknown for it. */
function hiddenText(hidden: readonly Hidden[]): string {
  const reasons = hidden.map(
    (reason) =>
      `${worst(reason)} ${oneLine(reason.why)}\n       ${plural(reason.findings.length, "check is", "checks are")} unknown: ${idsOf(reason)}\n`,
  );
  const ask = hidden.some(({ isDenied }) => isDenied)
    ? `The role to ask an administrator for: ${program} preflight --print-role=preflight\n`
    : "";
  return `Not known\n${reasons.join("")}${ask}`;
}

function isIn(hidden: readonly Hidden[], finding: ReportedFinding): boolean {
  return hidden.some(({ findings }) => findings.includes(finding));
}

function idsOf({ findings }: Hidden): string {
  return findings.map(({ id }) => id).join(", ");
}

/** The sign of what is gravest of it. */
function worst({ findings }: Hidden): string {
  const signs = findings.map(sign);
  return ["×", "‼"].find((each) => signs.includes(each)) ?? signs[0] ?? "";
}

function idOf(id: string | undefined): string {
  return id === undefined ? "" : `${id}  `;
}

function isOpen({ outcome }: ReportedFinding): boolean {
  return outcome === "fail" || outcome === "unknown";
}

/** √ passed; × an error, ‼ a warning, i something to know; - does not apply. */
function sign({ outcome, severity }: ReportedFinding): string {
  if (outcome === "pass") return "√";
  if (outcome === "n/a") return "-";
  return severity === "error" ? "×" : severity === "warning" ? "‼" : "i";
}

function findingText(finding: ReportedFinding, wide: boolean): string {
  const { id, title, outcome, because, fix, evidence, ignored } = finding;
  const lines = [`${sign(finding)} ${id}  ${title}${ignored ? " (ignored)" : ""}`];
  if (isOpen(finding)) lines.push(told(finding));
  else if (wide) lines.push(`${outcome}: ${because}`);
  if (wide) lines.push(...evidence.map(({ object, field, value }) => `${object}: ${field}: ${value}`));
  if (isOpen(finding)) {
    if (fix !== undefined) lines.push(`fix: ${fix}`);
  }
  return lines.map((line, index) => `${index === 0 ? "" : "       "}${oneLine(line)}\n`).join("");
}

function told({ outcome, because }: ReportedFinding): string {
  return oneLine(outcome === "unknown" ? `not known: ${because}` : because);
}

/** What a server says may have lines and control characters of its own. */
function oneLine(text: string): string {
  return visible(text.replaceAll(/[\t\n\r]+/g, " ")).trimEnd();
}

function rightsText(missing: NonNullable<ReportedFinding["missing"]>): string {
  return `# Rights that are missing; apply them, and bind them with\n# kubectl create (cluster)rolebinding calico-upgrade --(cluster)role=calico-upgrade --user=USER\n${rolesText(missing)}`;
}

function reachableText(reachable: NonNullable<PreflightReport["reachable"]>): string {
  if (reachable.length === 0) return "No newer release that this program knows can be reached from here.\n";
  const lines = reachable.map(({ release, hops }) =>
    hops.length === 1
      ? `  ${release} in one hop\n`
      : `  ${release} in ${hops.length} hops: ${hops.join(", ")}\n`,
  );
  const last = reachable.at(-1)?.release ?? "";
  return `The newest releases that can be reached from here:\n${lines.join("")}Whether this cluster is ready for one: ${program} ${sh`preflight --to ${last}`}\n`;
}

function checks(count: number): string {
  return count === 1 ? "1 check does" : `${count} checks do`;
}
