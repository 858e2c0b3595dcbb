import type { Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import { settingText } from "../../preflight/setting-text.ts";
import type { ApplySummary } from "../../plan/apply/summary.ts";
import { visibleData } from "../../model/visible.ts";
import { some } from "../../model/words.ts";
import { wrapped, wrappedBlocks, type Columns } from "../text-table.ts";

/** Of objects, nodes and settings in one place. */
const most = 12;

/** What the run is going to do, for before the question, wrapped to the terminal. */
export function applySummaryText(reported: ApplySummary, columns: Columns): string {
  const summary = visibleData(reported);
  const { hop, migrations, restart, stale, silent, leftAlone } = summary;
  const lines: string[] = [];
  if (hop !== undefined) {
    lines.push(`From ${hop.from} to ${hop.to}:`);
    for (const { severity, id, because } of hop.notes) lines.push(`  ${severity}: ${id}: ${because}`);
  }
  // Lines of its own, wrapped already.
  for (const { rules, plan } of migrations)
    lines.push(
      `  migrate first, which settles ${rules.join(", ")}:`,
      ...wrappedBlocks(plan, columns === undefined || columns === 0 ? undefined : columns - 4)
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
    );
  const parts: readonly (readonly [string, readonly Ref[]])[] = [
    ["create", summary.create],
    ["change", summary.change],
    ["delete and create again", summary.recreate],
  ];
  for (const [verb, refs] of parts) if (refs.length > 0) lines.push(`  ${verb}: ${names(refs)}`);
  if (restart.length > 0) lines.push(`  restart calico-node on: ${some(restart, most)}`);
  if (stale.length > 0)
    lines.push(`  restart what runs with older values of the ConfigMap: ${stale.join(", ")}`);
  if (silent.length > 0)
    lines.push(
      `  silent, and left as they are (H16): ${some(silent, most)}; nothing that they use goes away`,
    );
  if (leftAlone.length > 0) lines.push(`  left alone without --with-secrets: ${names(leftAlone)}`);
  if (summary.changesSecrets) lines.push("  undo cannot restore Secrets: their values are not saved");
  lines.push(...settingsLines(summary.settings));
  const { rebase } = summary.settings ?? {};
  return [
    ...lines.map((line) => inTerminal(line, columns)),
    // Never wrapped: who pastes it pastes all of it.
    ...(rebase === undefined || !hasOwnSettings(summary.settings) ? [] : [`    ${rebase}\n`]),
  ].join("");
}

function inTerminal(line: string, columns: Columns): string {
  const indent = line.search(/\S|$/);
  return wrapped(line.slice(0, indent), line.slice(indent), columns, 2);
}

function hasOwnSettings(settings: ApplySummary["settings"]): boolean {
  return settings?.base !== undefined && settings.kept + settings.changed.length > 0;
}

/** Nothing where nobody has set anything. */
function settingsLines(settings: ApplySummary["settings"]): readonly string[] {
  if (settings === undefined) return [];
  const { base, because = "", kept, changed, rebase } = settings;
  if (base === undefined) return [`  your own settings cannot be told from upstream's: ${because}`];
  if (!hasOwnSettings(settings)) return [];
  const lost = changed.length === 0 ? "none lost" : `${changed.length} lost or changed`;
  const shown = changed.slice(0, most).map((each) => `    ${settingText(each)}`);
  const more =
    changed.length > most ? [`    and ${changed.length - most} more: preflight -o wide lists them`] : [];
  const keep = rebase === undefined ? [] : ["  to keep them, apply what this prints instead:"];
  return [
    `  your settings, compared with upstream's ${base}: ${kept} kept, ${lost}`,
    ...shown,
    ...more,
    ...keep,
  ];
}

function names(refs: readonly Ref[]): string {
  return some(refs.map(objectName), most);
}
