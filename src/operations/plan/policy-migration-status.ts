import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { UpgradeStart, StepStatus } from "../../plan/upgrade/upgrade-start.ts";
import { boundary } from "../../policy/enforcement.ts";
import { hasWork, migrationPlan } from "../../policy/migration.ts";
import { atLeast } from "../../releases/version.ts";
import { plural } from "../../model/words.ts";

const nothingDecided = { keep: new Set<string>(), treatAs: new Map<string, "isolated" | "open">() };

/** Whether a way from here may cross the boundary (P02). */
export function mayCross({ from, datastore }: Pick<UpgradeStart, "from" | "datastore">): boolean {
  return !atLeast(from, boundary(datastore));
}

/** Whether policies are migrated. */
export function policyMigrationStatus(
  seen: Pick<ClusterFacts, "namespaces" | "networkPolicies">,
): StepStatus {
  if (!seen.namespaces.known) return { state: "unknown", because: seen.namespaces.message };
  if (!seen.networkPolicies.known) return { state: "unknown", because: seen.networkPolicies.message };
  const { namespaces } = migrationPlan(seen.namespaces.value, seen.networkPolicies.value, nothingDecided);
  const open = namespaces.filter(hasWork);
  if (open.length > 0)
    return { state: "todo", because: `${plural(open.length, "namespace")} to be migrated` };
  const undecided = namespaces.filter(({ left }) => left === "undecided").length;
  return undecided > 0
    ? {
        state: "unknown",
        because: `the annotation of ${plural(undecided, "namespace")} cannot be read as one or the other`,
      }
    : { state: "done", because: "no namespace has policies to be migrated" };
}
