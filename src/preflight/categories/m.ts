import type { ClusterRule } from "../cluster-rule.ts";

/** What a manifest would change. */
export const manifestRules: readonly ClusterRule[] = [];
