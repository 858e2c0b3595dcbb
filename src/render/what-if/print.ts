import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { textTable, wrapped, type Columns } from "../text-table.ts";
import { groupText } from "./group.ts";
import { portsText } from "./ports-text.ts";
import type { WhatIfChange, NamespaceWhatIf, PolicyWhatIf, Scenario } from "./kind.ts";
import { impactText, planText, summaryRows } from "./summary.ts";
import { visibleData } from "../../model/visible.ts";

/** PolicyWhatIf in all its forms. */
export function printableWhatIf(result: PolicyWhatIf): Printable {
  return {
    table: (wide, columns) => text(visibleData(result), wide, columns),
    object: () => result as unknown as JsonObject,
    rows: () => result.namespaces as unknown as readonly JsonObject[],
    names: () => [],
  };
}

/** Rows of changes that a table shows of each part; -o wide shows all. */
const mostRows = 50;

function text(result: PolicyWhatIf, wide: boolean, columns: Columns): string {
  const { namespaces, without, migrated } = result;
  const several = namespaces.length > 0;
  return [
    summary(result, columns),
    ...(several ? [textTable(namespaceHead, namespaces.map(namespaceRow), columns)] : []),
    ...part("Flows that change by upgrading as it is", without.changes, without, { wide, columns }),
    ...part("Flows that change by upgrading after the plan", migrated.changes, migrated, { wide, columns }),
    ...part("Not known, upgrading as it is", without.unknown, without, { wide, columns }),
    ...part("Not known, upgrading after the plan", migrated.unknown, migrated, { wide, columns }),
  ].join("\n");
}

function summary(result: PolicyWhatIf, columns: Columns): string {
  const rows = summaryRows(result).flatMap(([label, lines]) =>
    lines.map((line, index) => wrapped((index === 0 ? `${label}:` : "").padEnd(11), line, columns)),
  );
  return rows.join("");
}

const namespaceHead = ["NAMESPACE", "ISOLATION", "PODS", "AS IT IS", "PLAN", "AFTER IT"];

function namespaceRow(each: NamespaceWhatIf): readonly string[] {
  const decided = each.decided ? " (decided)" : "";
  const why = each.why === undefined || each.decided ? "" : ` (${each.why})`;
  return [
    each.name,
    `${each.isolation}${decided}${why}`,
    String(each.pods),
    impactText(each.without),
    planText(each),
    impactText(each.migrated),
  ];
}

function part(
  title: string,
  changes: readonly WhatIfChange[],
  { omitted }: Scenario,
  { wide, columns }: { readonly wide: boolean; readonly columns: Columns },
): readonly string[] {
  if (changes.length === 0) return [];
  const shown = wide ? changes : changes.slice(0, mostRows);
  const left = changes.length - shown.length;
  const most = wide ? Infinity : 3;
  const rows = shown.map(({ to, from, ports, before, after, reason, cause, limitedBy }) => [
    groupText(to, most),
    groupText(from, most),
    portsText(ports),
    before,
    after,
    [
      ...(cause === undefined || before === "unknown" || after === "unknown" ? [] : [`${cause}:`]),
      reason.message,
      ...(reason.policies.length === 0 ? [] : [`(${few(reason.policies, most)})`]),
      ...(limitedBy === undefined ? [] : [`as far as ${limitedBy} rules let them through`]),
    ].join(" "),
  ]);
  const more = [
    left > 0 ? `${String(left)} more: -o wide shows all` : "",
    omitted > 0 ? `${String(omitted)} more are left out: -n shows one namespace` : "",
  ].filter((line) => line !== "");
  return [
    `${title}:\n${textTable(["TO", "FROM", "PORTS", "BEFORE", "AFTER", "BECAUSE"], rows, columns)}${more.map((line) => `${line}\n`).join("")}`,
  ];
}

function few(names: readonly string[], most: number): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")}, ${String(more)} more` : names.join(", ");
}
