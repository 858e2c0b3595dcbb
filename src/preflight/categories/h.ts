import type { ClusterRule } from "../cluster-rule.ts";

/** Hazards that can be seen before anything is changed. */
export const hazardRules: readonly ClusterRule[] = [];
