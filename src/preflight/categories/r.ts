import type { ClusterRule } from "../cluster-rule.ts";

/** Releases with known faults. */
export const faultRules: readonly ClusterRule[] = [];
