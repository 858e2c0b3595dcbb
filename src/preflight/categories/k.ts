import type { ClusterRule } from "../cluster-rule.ts";

/** Kubernetes versions. */
export const kubernetesRules: readonly ClusterRule[] = [];
