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
import { wrapped, type Columns } from "../text-table.ts";

/** A report in all forms of -o but `short`. */
export function printablePreflight(report: PreflightReport): Printable {
  return {
    table: (wide, columns) => preflightText(report, wide, columns),
    object: () => report as unknown as JsonObject,
    rows: () => report.findings as unknown as readonly JsonObject[],
    names: () => [
      ...report.findings.filter(({ blocks }) => blocks).map(({ id }) => id),
      ...new Set((report.refusals ?? []).map(({ id = "refused" }) => id)),
    ],
  };
}

/** One line for what did not pass, the verdict first; wrapped to the terminal. */
export function shortText(report: PreflightReport, columns: Columns): string {
  const hidden = hiddenOf(report.findings);
  const lines = report.findings
    .filter((finding) => isOpen(finding) && !isIn(hidden, finding))
    .map((finding) => wrapped(labelOf(finding), outcomeText(finding), columns));
  const refused = (report.refusals ?? []).map(({ id, because }) =>
    wrapped(`× ${idOf(id)}`, oneLine(because), columns),
  );
  const unseen = hidden.map((reason) =>
    wrapped(`${worst(reason)} `, `${idsOf(reason)}  not known: ${oneLine(reason.why)}`, columns, 5),
  );
  return [verdictLine(report, columns), ...refused, ...unseen, ...lines].join("");
}

function preflightText(report: PreflightReport, wide: boolean, columns: Columns): string {
  const hidden = hiddenOf(report.findings);
  const groups = Object.entries(categories).flatMap(([letter, name]) => {
    const own = report.findings.filter(
      (finding) =>
        finding.category === letter && (wide || finding.outcome !== "n/a") && !isIn(hidden, finding),
    );
    return own.length === 0
      ? []
      : [`${name}\n${own.map((finding) => findingText(finding, wide, columns)).join("")}`];
  });
  const apart = report.findings.filter(({ outcome }) => outcome === "n/a").length;
  const missing = report.findings.flatMap((finding) => finding.missing ?? []);
  return [
    verdictLine(report, columns),
    ...refusalsText(report, columns),
    ...(hidden.length === 0 ? [] : [hiddenText(hidden, columns)]),
    ...groups,
    ...(missing.length === 0 ? [] : [rightsText(missing)]),
    ...(report.reachable === undefined ? [] : [reachableText(report.reachable)]),
    (wide || apart === 0 ? "" : `${checks(apart)} not apply here; -o wide lists them.\n`) +
      `What is behind one, and what to do: ${program} explain ID\n`,
  ].join("\n");
}

function verdictLine(report: PreflightReport, columns: Columns): string {
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
  return wrapped("", `${way}${where === "" ? "" : ` (${where})`}: ${verdict}`, columns, 2);
}

function headingOf({ from, to, datastore, cluster }: PreflightReport) {
  return { from, to, datastore, cluster };
}

function refusalsText({ command, refusals = [] }: PreflightReport, columns: Columns): readonly string[] {
  if (refusals.length === 0) return [];
  const title = command === undefined ? "What stands in the way\n" : `What stops ${command} at its start\n`;
  return [title + refusals.map((refusal) => refusalText(refusal, columns)).join("")];
}

/** Words of a command may have several lines of their own; its hint may hold commands, and is not wrapped. */
function refusalText({ id, because, fix }: Refusal, columns: Columns): string {
  const [first = "", ...more] = because.split("\n").map(oneLine);
  return [
    wrapped(`× ${idOf(id)}`, first, columns),
    ...more.map((line) => detail(line, columns)),
    ...(fix === undefined ? [] : [`       fix: ${oneLine(fix)}\n`]),
  ].join("");
}

/** Never wrapped: who pastes it pastes all of it. */
function commandLine(command: string): string {
  return `         ${oneLine(command)}\n`;
}

/** What stands below a finding. */
function detail(line: string, columns: Columns): string {
  return wrapped("       ", line, columns);
}

/** A line for each reason, and below it the checks that are unknown for it. */
function hiddenText(hidden: readonly Hidden[], columns: Columns): string {
  const reasons = hidden.map(
    (reason) =>
      wrapped(`${worst(reason)} `, oneLine(reason.why), columns, 5) +
      detail(
        `${plural(reason.findings.length, "check is", "checks are")} unknown: ${idsOf(reason)}`,
        columns,
      ),
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

function findingText(finding: ReportedFinding, wide: boolean, columns: Columns): string {
  const { title, outcome, because, fix, commands = [], evidence, ignored } = finding;
  const lines: string[] = [];
  if (isOpen(finding)) lines.push(outcomeText(finding));
  else if (wide) lines.push(`${outcome}: ${because}`);
  if (wide) lines.push(...evidence.map(({ object, field, value }) => `${object}: ${field}: ${value}`));
  if (isOpen(finding) && fix !== undefined) lines.push(`fix: ${fix}`);
  return [
    wrapped(labelOf(finding), oneLine(`${title}${ignored ? " (ignored)" : ""}`), columns),
    ...lines.map((line) => detail(oneLine(line), columns)),
    ...(isOpen(finding) ? commands.map(commandLine) : []),
  ].join("");
}

function labelOf(finding: ReportedFinding): string {
  return `${sign(finding)} ${finding.id}  `;
}

function outcomeText({ outcome, because }: ReportedFinding): string {
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
