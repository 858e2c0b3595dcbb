import type { ClusterRule } from "../cluster-rule.ts";

/** Calico's data. */
export const dataRules: readonly ClusterRule[] = [];
