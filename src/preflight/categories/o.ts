import type { ClusterRule } from "../cluster-rule.ts";
import { midMigration } from "../rules/o01-mid-migration.ts";

/** Who owns the install. */
export const ownershipRules: readonly ClusterRule[] = [midMigration];
