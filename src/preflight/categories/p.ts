import type { ClusterRule } from "../cluster-rule.ts";

/** The way between two releases. */
export const pathRulesOfCluster: readonly ClusterRule[] = [];
