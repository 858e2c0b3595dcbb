import type { WhatIf } from "../../../policy/what-if.ts";
import type { WhatIfChange, PolicyWhatIf, Scenario } from "../kind.ts";
import { groupText } from "../group.ts";
import { portsText } from "../ports-text.ts";
import { impactText, planText, summaryRows } from "../summary.ts";
import { htmlPage } from "../../html-page.ts";
import { escapeHtml, jsonForScript } from "../../html-escape.ts";
import { matrixOf, type Matrix } from "./matrix.ts";
import { script } from "./script.ts";
import { chooseShown, type PageContent } from "./shown.ts";
import { style } from "./style.ts";

/** Classes in the matrix at most, characters of its data at most, and rows of each list. */
const mostClasses = 240;
const mostData = 1_500_000;
const mostRows = 200;

/** PolicyWhatIf as one page that needs nothing else: a matrix who reaches whom, and what changes. */
export function whatIfPage(report: PolicyWhatIf, result: WhatIf, only?: string): string {
  const title = `What the upgrade to Calico ${report.target.release} does to network policies`;
  const matrix = result.states === undefined ? undefined : boundedMatrix(result, only);
  return htmlPage(
    { title, style, scripts: true },
    `<dl>${summaryRows(report).map(summaryRow).join("")}</dl>
${matrix === undefined ? `<p>The upgrade leaves the meaning of policies as it is: there is nothing to compare.</p>` : matrixPart(matrix)}
${namespacesPart(report)}
${changesPart("Flows that change by upgrading as it is", report.without.changes, report.without)}
${changesPart("Flows that change by upgrading after the plan", report.migrated.changes, report.migrated)}
${changesPart("Not known, upgrading as it is", report.without.unknown, report.without)}
${changesPart("Not known, upgrading after the plan", report.migrated.unknown, report.migrated)}
${matrix === undefined ? "" : `<script type="application/json" id="data">${jsonForScript(matrix.data)}</script>\n<script>${script}</script>`}`,
  );
}

interface Bounded {
  readonly data: Matrix;
  readonly shown: PageContent;
}

function boundedMatrix(result: WhatIf, only: string | undefined): Bounded {
  for (let most = mostClasses; ; most = Math.floor(most / 2)) {
    const shown = chooseShown(result, most, only);
    const data = matrixOf(result, shown, only);
    if (most <= 8 || JSON.stringify(data).length <= mostData) return { data, shown };
  }
}

function matrixPart({ data, shown }: Bounded): string {
  const cut = data.spaces.filter(({ left }) => left > 0).map(({ name, left }) => `${name} (${String(left)})`);
  const left = [
    shown.left === 0
      ? ""
      : `${String(shown.left)} more namespaces with pods are left out, those of which most flows change are shown; -n NAMESPACE shows one of them.`,
    cut.length === 0 ? "" : `Classes that are left out and not counted in a cell: ${clipped(cut, 10)}.`,
  ].filter((text) => text !== "");
  return `<h2 id="reach">Who reaches whom</h2>
<p class="say">A row is where traffic comes from, a column where it goes. A namespace opens to its classes: pods that no policy can tell apart.</p>
${left.map((text) => `<p class="say"><strong>${escapeHtml(text)}</strong></p>`).join("")}
<noscript><p><strong>The matrix is drawn by a script in this page, and scripts are switched off; the lists below hold the same changes.</strong></p></noscript>
<div class="tools">
<fieldset><legend>Upgrading</legend>
<label><input type="radio" name="scenario" value="without" checked>as it is</label>
<label><input type="radio" name="scenario" value="migrated">after the plan</label></fieldset>
<label><input type="checkbox" id="only">only namespaces with changes</label>
</div>
<ul class="key" aria-label="Signs">
<li><span class="sign lost">−</span>closes</li><li><span class="sign gained">+</span>opens</li><li><span class="sign both"><span class="chip">±</span></span>both</li><li><span class="sign unknown">?</span>not known</li>
<li><span class="dot all"></span>stays open</li><li><span class="dot some"></span>stays open in part</li><li><span class="dot none"></span>stays closed</li>
</ul>
<p class="say keys"><kbd>←</kbd> <kbd>↑</kbd> <kbd>→</kbd> <kbd>↓</kbd> move, <kbd>Enter</kbd> opens a namespace or a cell, <kbd>Esc</kbd> closes all.</p>
<p id="nothing" hidden>No namespace changes.</p>
<div class="work">
<div class="scroll"><table class="grid" id="matrix" aria-labelledby="reach"><thead></thead><tbody></tbody></table></div>
<section class="why" id="why" aria-live="polite" aria-label="Why"><p class="say">Point at a cell, or move to it, to see what changes there and why.</p></section>
</div>`;
}

function summaryRow([label, lines]: readonly [string, readonly string[]]): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(0, 12).map((line) => `<p>${escapeHtml(short(line))}</p>`);
  const more = lines.length > 12 ? `<p>and ${String(lines.length - 12)} more</p>` : "";
  return `<dt>${escapeHtml(label)}</dt><dd>${shown.join("")}${more}</dd>`;
}

function namespacesPart({ namespaces }: PolicyWhatIf): string {
  return listPart(
    "Namespaces",
    ["Namespace", "Isolation", "Pods", "As it is", "Plan", "After it"],
    namespaces
      .slice(0, mostRows)
      .map((each) => [
        each.name,
        `${each.isolation}${each.decided ? " (decided)" : each.why === undefined ? "" : ` (${each.why})`}`,
        String(each.pods),
        impactText(each.without),
        short(planText(each)),
        impactText(each.migrated),
      ]),
    namespaces.length > mostRows ? `${String(namespaces.length - mostRows)} more are left out.` : "",
  );
}

function changesPart(title: string, changes: readonly WhatIfChange[], { omitted }: Scenario): string {
  const rows = changes
    .slice(0, mostRows)
    .map(({ to, from, ports, before, after, reason, cause, limitedBy }) => [
      groupText(to),
      groupText(from),
      portsText(ports),
      `${before} → ${after}`,
      [
        cause === undefined || before === "unknown" || after === "unknown" ? "" : `${cause}:`,
        reason.message,
        reason.policies.length === 0 ? "" : `(${clipped(reason.policies, 4)})`,
        limitedBy === undefined ? "" : `as far as ${limitedBy} rules let them through`,
      ]
        .filter((part) => part !== "")
        .join(" "),
    ]);
  const left = changes.length - rows.length + (changes.length > 0 ? omitted : 0);
  const more = left > 0 ? `${String(left)} more are left out; -o json has more, -n shows one namespace.` : "";
  return listPart(title, ["To", "From", "Ports", "Change", "Because"], rows, more);
}

function listPart(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  more: string,
): string {
  if (rows.length === 0) return "";
  const cell = (text: string, at: number): string =>
    `<td data-head="${escapeHtml(heads[at] ?? "")}">${escapeHtml(short(text))}</td>`;
  return `<h2>${escapeHtml(title)}</h2>
<div class="list"><table>${more === "" ? "" : `<caption>${escapeHtml(more)}</caption>`}<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}</tbody></table></div>`;
}

function clipped(names: readonly string[], most: number): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")}, ${String(more)} more` : names.join(", ");
}

/** One thing of many in one place: a reader has -o json for the whole. */
function short(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}
