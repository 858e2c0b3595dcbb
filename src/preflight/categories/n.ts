import type { ClusterRule } from "../cluster-rule.ts";

/** What network policies mean. */
export const policyRules: readonly ClusterRule[] = [];
