import type { Connection, Discovery } from "../../cluster/port.ts";
import { upgradePlan } from "../../plan/upgrade/make.ts";
import { nextStep } from "../../plan/upgrade/next-step.ts";
import type { StepId } from "../../plan/upgrade/plan.ts";
import type { UpgradeStart } from "../../plan/upgrade/upgrade-start.ts";
import type { Driver } from "../../policy/isolation.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { findRelease } from "../../releases/find-release.ts";
import { atLeast, compareVersions, parseVersion, versionOf, type Version } from "../../releases/version.ts";

export interface FinishedMigration {
  readonly done: StepId;
  readonly datastore: Driver;
  /** Names of releases that run. */
  readonly running: readonly string[];
  /** Release. */
  readonly to: string;
}

/**
 * The command that a plan has after a migration, in words without `kubectl calico-upgrade`; undefined: there is no
 * plan from here.
 */
export async function commandAfter(
  connection: Connection,
  discovery: Discovery,
  { done, datastore, running, to }: FinishedMigration,
): Promise<readonly string[] | undefined> {
  const from = oldest(running);
  const target = findRelease(to, catalogue);
  if (from === undefined || !target.ok) return undefined;
  const server = parseVersion(discovery.version);
  const oldGroupServed = discovery.serves("projectcalico.org/v1");
  const start: UpgradeStart = {
    from,
    datastore,
    kubernetes: server?.major === 1 ? server.minor : "unknown",
    canal: "unknown",
    typha: "unknown",
    ebpf: "unknown",
    vxlan: "unknown",
    namespace: "kube-system",
    daemonSet: "calico-node",
    oldGroupServed,
  };
  const plan = upgradePlan(start, versionOf(to), catalogue);
  if (plan.kind === "refusal") return undefined;
  const finished: StepId[] = [done];
  const brings = plan.hops.some(({ steps }) =>
    steps.some(({ id, command }) => id === "data" && command !== undefined),
  );
  if (brings && done !== "data" && oldGroupServed && !atLeast(from, "v2.5.0")) {
    const { dataMigrationStatus } = await import("./data-migration-status.ts");
    if ((await dataMigrationStatus(connection)).state === "done") finished.push("data");
  }
  return nextStep(plan, finished)?.command?.split(" ");
}

function oldest(names: readonly string[]): Version | undefined {
  return names
    .flatMap((name) => parseVersion(name) ?? [])
    .reduce<Version | undefined>(
      (least, each) => (least === undefined || compareVersions(each, least) < 0 ? each : least),
      undefined,
    );
}
