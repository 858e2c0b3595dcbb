import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { program } from "../../model/program.ts";
import { upgradePlan } from "../../plan/upgrade/make.ts";
import type { UpgradeStart } from "../../plan/upgrade/upgrade-start.ts";
import type { RouteRefusal } from "../../plan/route/route.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { planCommands, printablePlan } from "../../render/plan/print.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import { daemonSetArgument } from "../arguments.ts";
import { outputOf, printResult } from "../print-result.ts";
import type { PlanOptions } from "./options.ts";
import { nameIn, refuseMismatch, targetOf, type PlanFile } from "../../operations/plan/file.ts";
import { readPlanFile } from "../read-plan-file.ts";
import type { PlanOverrides } from "../../operations/plan/overrides.ts";
import { isNewer, readOverrides } from "../plan-overrides.ts";
import { sh } from "../../model/shell.ts";

/** Exit code 0 when there is a way; a refusal is an error. */
export async function runPlan(options: PlanOptions): Promise<number> {
  if (options.extra.length > 0) throw userError(`extra arguments: [${options.extra.join(" ")}]`);
  const output = await outputOf(plainOutput(options.output), options.context);
  if (options.printCommands && output.format !== "table")
    throw userError("--print-commands cannot be used together with -o");
  const file = await readPlanFile(options.filename, options.context.readFile);
  const overrides = readOverrides({ ...options, file: file !== undefined });
  const to = targetOf(overrides.to, file);
  const start = offline(overrides, file, options) ?? (await observed(overrides, file, options));
  if (to === undefined) throw new Error("neither --to nor -f names a target");
  const plan = upgradePlan(start, to, catalogue);
  if (plan.kind === "refusal") throw userError(refusalText(plan, start));
  const { stdout } = options.context;
  if (options.printCommands) stdout.text(planCommands(plan));
  else await printResult(stdout, output, printablePlan(plan));
  return 0;
}

function offline(
  { from, datastore, kubernetes }: PlanOverrides,
  file: PlanFile | undefined,
  { facts, saveFacts }: FactsFlags,
): UpgradeStart | undefined {
  if (from === undefined || datastore === undefined) return undefined;
  // Who names a facts file, or wants one, wants to see it looked at.
  if (facts !== undefined || saveFacts !== undefined) return undefined;
  const start: UpgradeStart = {
    from,
    datastore,
    kubernetes: kubernetes ?? "unknown",
    canal: "unknown",
    typha: "unknown",
    ebpf: "unknown",
    vxlan: "unknown",
    namespace: "kube-system",
    daemonSet: "calico-node",
    ...(file === undefined ? {} : { file: { name: nameIn(file) } }),
  };
  if (file !== undefined) refuseMismatch(file, start);
  return start;
}

async function observed(
  overrides: PlanOverrides,
  file: PlanFile | undefined,
  options: PlanOptions,
): Promise<UpgradeStart> {
  const { observeStart } = await import("../../operations/plan/observe.ts");
  const { context, warn } = options;
  const named = options.daemonSet;
  const daemonSet = named === undefined ? undefined : daemonSetArgument(named, "plan");
  return await observeStart(overrides, file, {
    source: await factsSource(options, context, options.connect),
    daemonSet,
    warn,
    unread: (line) => context.stderr.line(line),
  });
}

function refusalText({ id, because, instead, nearest }: RouteRefusal, { from }: UpgradeStart): string {
  const newer = isNewer(from) ? " (newer than the releases that this program knows)" : "";
  const better = instead === undefined ? "" : `; instead: ${instead}`;
  const reach = nearest === undefined ? "" : `; the nearest release that can be reached is ${nearest}`;
  return `${id}: ${because}${newer}${better}${reach}\nSee '${program} ${sh`explain ${id}`}'`;
}
