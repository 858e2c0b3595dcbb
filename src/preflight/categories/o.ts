import type { ClusterRule } from "../cluster-rule.ts";
import { midMigration } from "../rules/o01-mid-migration.ts";
import { byOperator } from "../rules/o02-operator.ts";
import { distribution } from "../rules/o03-distribution.ts";
import { byHelm } from "../rules/o04-helm.ts";
import { addonManager } from "../rules/o05-addon-manager.ts";
import { keptInGit } from "../rules/o06-reconcilers.ts";
import { operatorWaits } from "../rules/o07-operator-waits.ts";
import { operatorDown } from "../rules/o08-operator-down.ts";
import { operatorDegraded } from "../rules/o09-operator-degraded.ts";

/** Who owns the install. */
export const ownershipRules: readonly ClusterRule[] = [
  midMigration,
  byOperator,
  distribution,
  byHelm,
  addonManager,
  keptInGit,
  operatorWaits,
  operatorDown,
  operatorDegraded,
];
