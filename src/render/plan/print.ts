import type { JsonObject } from "../../model/kube.ts";
import { program } from "../../model/program.ts";
import type { PlanNote, PlanStep, StepState, UpgradeHop, UpgradePlan } from "../../plan/upgrade/plan.ts";
import type { Printable } from "../output.ts";
import { textTable, wrapped, type Columns } from "../text-table.ts";
import { plural } from "../../model/words.ts";
import { visibleData } from "../../model/visible.ts";

/** A plan in all forms of -o. */
export function printablePlan(plan: UpgradePlan): Printable {
  return {
    table: (wide, columns) => planText(visibleData(plan), wide, columns),
    object: () => plan as unknown as JsonObject,
    rows: () => plan.hops as unknown as readonly JsonObject[],
    names: () => plan.hops.map(({ to }) => to),
  };
}

const states: Readonly<Record<StepState, string>> = { done: "done", todo: "to do", unknown: "unknown" };

function planText(plan: UpgradePlan, wide: boolean, columns: Columns): string {
  const { from, to, datastore, kubernetes, hops, manifest } = plan;
  const where = `${datastore} datastore, Kubernetes ${kubernetes ?? "unknown"}`;
  const already = `${to} runs already (${where})`;
  if (hops.length === 0)
    return manifest === undefined
      ? `${already}. Whether all of its objects are as they should be: ${program} plan -f FILE\n`
      : `${already}, and everything is as in ${manifest}: there is nothing to do.\n`;
  const head =
    from === to
      ? `${already}, and not everything is done.\n`
      : `From ${from} to ${to}, ${where}: ${plural(hops.length, "hop")}.\n`;
  return [
    head + plan.notes.map((note) => noteLine(note, columns)).join(""),
    ...hops.map((hop, index) => hopText(hop, index, { wide, columns })),
    `Plain commands for each step: ${program} plan … --print-commands\n`,
  ].join("\n");
}

function hopText(
  hop: UpgradeHop,
  index: number,
  { wide, columns }: { readonly wide: boolean; readonly columns: Columns },
): string {
  const title =
    hop.from === hop.to ? `What is left of ${hop.to}\n` : `Hop ${index + 1}: ${hop.from} → ${hop.to}\n`;
  const reasons = hop.reasons
    .map(({ id, because }) => wrapped("  ", `stops here because of ${id}: ${because}`, columns, 2))
    .join("");
  const rows = hop.steps.map((step, at) => [
    `${index + 1}.${at + 1}`,
    step.id,
    states[step.state],
    ...(wide ? [step.because, step.when] : []),
    step.rules.join(",") || "<none>",
    step.what,
  ]);
  const heads = ["STEP", "NAME", "STATE", ...(wide ? ["BECAUSE", "WHEN"] : []), "RULES", "WHAT"];
  const left = hop.from === hop.to ? hop.steps.flatMap((step) => leftLine(step, columns)).join("") : "";
  return (
    title +
    reasons +
    hop.notes.map((note) => noteLine(note, columns)).join("") +
    textTable(heads, rows, columns) +
    left
  );
}

/** Somebody stopped half way: what is missing is named. */
function leftLine({ id, state, because }: PlanStep, columns: Columns): readonly string[] {
  return state === "todo" ? [wrapped("  ", `${id}: ${because}`, columns, 2)] : [];
}

function noteLine({ id, severity, because, holds, instead }: PlanNote, columns: Columns): string {
  const unsure = holds === "unknown" ? " (whether it concerns this cluster is not known)" : "";
  const better = instead === undefined ? "" : `; instead: ${instead}`;
  return wrapped("  ", `${severity}: ${id}: ${because}${better}${unsure}`, columns, 2);
}

/** The plan as remarks and commands for a shell, to go on by hand at any step. */
export function planCommands(plan: UpgradePlan): string {
  return visibleData(plan)
    .hops.map(({ from, to, steps }, index) => {
      const head = from === to ? `# What is left of ${to}\n` : `# Hop ${index + 1}: ${from} to ${to}\n`;
      return head + steps.map((step, at) => stepCommands(step, `${index + 1}.${at + 1}`)).join("");
    })
    .join("\n");
}

function stepCommands({ what, when, state, because, command, commands }: PlanStep, number: string): string {
  return [
    "",
    `# ${number} ${what}`,
    `# before it: ${when}`,
    `# ${states[state]}: ${because}`,
    ...(command === undefined ? [] : [["# this program does it:", program, command].join(" ")]),
    ...commands,
    "",
  ].join("\n");
}
