import { discover } from "../../cluster/discovery.ts";
import { observePolicy, policyGroups } from "../../cluster/observe-policy.ts";
import { isApiError, explain } from "../../errors.ts";
import { program } from "../../model/program.ts";
import { refusedTarget, sideOf } from "../../policy/crossing.ts";
import { boundary } from "../../policy/enforcement.ts";
import { migrationPlan } from "../../policy/migration.ts";
import { unfinished, unfinishedText } from "../../policy/steps.ts";
import type { Finding } from "../../preflight/finding.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { atLeast, parseVersion } from "../../releases/version.ts";
import { findCalico } from "../migrate-policy/find-calico.ts";
import type { Prepared } from "./prepare.ts";
import { releasesOfController } from "./step-rules.ts";

const common = { id: "P02", severity: "error", evidence: [] } as const;

/**
 * With etcd the new controller gives every policy its v1 meaning the moment it starts: the migration has to
 * be finished before (calico-facts 2.3). Nothing where no boundary is crossed.
 */
export async function boundaryFindings(
  { connection, seen, datastore }: Prepared,
  image: string,
): Promise<readonly Finding[]> {
  if (datastore !== "etcd") return [];
  const targets = releasesOfController(image);
  const line = boundary("etcd");
  const isPast = (name: string): boolean => {
    const version = parseVersion(name);
    return version !== undefined && atLeast(version, line);
  };
  // A release from before the line reads policies as they were read.
  if (targets.length > 0 && !targets.some(isPast)) return [];
  if (sideOf("etcd", findCalico(seen, catalogue).releases) === "past") return [];
  const refused = targets.map((name) => refusedTarget(name, "etcd")).find((text) => text !== undefined);
  if (refused !== undefined) return [{ ...common, outcome: "fail", because: refused }];
  const fix = `see and do it with: ${program} migrate-policy`;
  const base = { ...common, fix };
  try {
    const { namespaces, policies } = await observePolicy(connection, discover(connection, policyGroups));
    const plan = migrationPlan(namespaces, policies, { keep: new Set(), treatAs: new Map() });
    const left = unfinished(plan);
    if (left === undefined) return [];
    return [
      {
        ...base,
        outcome: "fail",
        because: `policies are not migrated to v1 semantics, and the new controller enforces them the moment it starts: ${unfinishedText(left)}`,
      },
    ];
  } catch (error) {
    if (!isApiError(error) || error.status === 401) throw error;
    return [
      {
        ...base,
        outcome: "unknown",
        because: `whether policies are migrated is not known: ${explain(error)}`,
      },
    ];
  }
}
