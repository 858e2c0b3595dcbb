import type { DryRunStrategy } from "../../model/dry-run.ts";
import { ruleError, userError } from "../../errors.ts";
import { program } from "../../model/program.ts";
import type { ApplyStepId } from "../../plan/apply/parts.ts";
import { upgradePlan } from "../../plan/upgrade/make.ts";
import type { PlanStep, UpgradeHop, UpgradePlan } from "../../plan/upgrade/plan.ts";
import type { UpgradeStart } from "../../plan/upgrade/upgrade-start.ts";
import { catalogue } from "../../releases/catalogue.ts";
import type { Version } from "../../releases/version.ts";
import type { Commands } from "../../plan/decision.ts";
import type { ApplyRequest } from "./request.ts";
import { sh } from "../../model/shell.ts";

/** What is asked, and how it is carried out. */
export interface HopRequest {
  readonly request: Pick<ApplyRequest, "skipNodes" | "until"> & {
    readonly nodes: Pick<ApplyRequest["nodes"], "ignored">;
  };
  readonly dryRun: DryRunStrategy;
  readonly commands: Pick<Commands, "other">;
}

/** The one hop that a file is good for; undefined where its release runs already. */
export function hopTo(start: UpgradeStart, to: Version, asked: HopRequest): UpgradeHop | undefined {
  const plan = upgradePlan(start, to, catalogue);
  if (plan.kind === "refusal") {
    const { id, because, instead } = plan;
    const better = instead === undefined ? "" : `; instead: ${instead}`;
    throw ruleError(id, `${because}${better}`, `See '${program} ${sh`explain ${id}`}'`);
  }
  refuseHops(plan, asked);
  const [first] = plan.hops;
  // Of the release that runs already the file alone tells what is left.
  const hop = first?.from === first?.to ? undefined : first;
  for (const step of hop?.steps ?? []) if (!isMigration(step)) refuseStep(step, asked);
  if (hop !== undefined && typhaBindsNodes(hop)) refuseStops(hop, asked.request);
  return hop;
}

/** Migrations, and what rules and guards say of the cluster until they are done. */
const settles: Readonly<Partial<Record<PlanStep["id"], readonly string[]>>> = {
  policy: ["P02"],
  data: ["P03", "H28"],
};

/** Whether `apply` does this step of a plan itself. */
function isMigration({ id, command, state }: PlanStep): boolean {
  return id in settles && command !== undefined && state === "todo";
}

/** Rules and guards that hold only until these steps are done. */
export function settledBy(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap(({ id }) => settles[id] ?? []);
}

/** All of them: until a migration that was taken back is done again. */
export const settledByMigrations: readonly string[] = Object.values(settles).flat();

/** What this run migrates first; not what the user has said to be done already. */
export function migrationsOf(
  hop: UpgradeHop | undefined,
  { request }: Pick<HopRequest, "request">,
): readonly PlanStep[] {
  return (hop?.steps ?? []).filter(
    (step) => isMigration(step) && !step.rules.some((rule) => request.nodes.ignored.has(rule)),
  );
}

/** A manifest is of one release; each release on the way has one of its own. */
function refuseHops({ hops, to }: UpgradePlan, { commands }: HopRequest): void {
  const [first, ...more] = hops;
  if (first === undefined || more.length === 0) return;
  const why = first.reasons.map(({ id, because }) => `${id}: ${because}`).join("; ");
  throw userError(
    `${to} cannot be reached in one go: ${first.to} comes first${why === "" ? "" : ` (${why})`}; apply the manifest of ${first.to}, then this one; the whole way: ${commands.other("plan", "--to", to)}`,
  );
}

/**
 * What comes before the file and is not in it: Kubernetes itself (hazard H29), policies, data. Told where the
 * step has no command of ours.
 */
const elsewhere: Readonly<Partial<Record<PlanStep["id"], string>>> = {
  kubernetes: "not by this tool; run apply again after it",
  policy: `${program} migrate-policy`,
  data: `${program} plan --print-commands shows the commands`,
};

function refuseStep(step: PlanStep, { request, dryRun, commands }: HopRequest): void {
  const { id, state, what, because, rules, command } = step;
  const instead = elsewhere[id];
  if (instead === undefined || state === "done" || dryRun !== "none") return;
  const named = rules.find((rule) => request.nodes.ignored.has(rule));
  // Kubernetes is what it is: no flag makes the release run on it.
  if (named !== undefined && id !== "kubernetes") return;
  const how = command === undefined ? instead : commands.other(...command.split(" "));
  const override = id === "kubernetes" ? "" : `; done already: --ignore-preflight-errors=${rules.join(",")}`;
  throw ruleError(rules, `before this file: ${what} (${because}): ${how}${override}`);
}

/** From v3.32 on Typha drops older clients: no node is Ready until it is upgraded (hazard H06). */
export function typhaBindsNodes(hop: UpgradeHop): boolean {
  return hop.steps.some(({ id, rules }) => id === "typha" && rules.includes("H06"));
}

function refuseStops({ to }: UpgradeHop, { skipNodes, until }: HopRequest["request"]): void {
  const between: readonly ApplyStepId[] = ["typha", "controller", "configmap"];
  if (!skipNodes && !between.includes(until)) return;
  throw ruleError(
    "H06",
    `Typha of ${to} drops older nodes: every calico-node goes NotReady until it is upgraded, so the run does not stop between them; leave ${skipNodes ? "--skip-nodes" : `--until-step=${until}`} out, or give --until-step=expand`,
  );
}
