import type { ClusterRule } from "../cluster-rule.ts";
import { nodesReady } from "../rules/s01-nodes-ready.ts";
import { rights } from "../rules/s05-rights.ts";

/** Whether the cluster is healthy enough to touch. */
export const healthRules: readonly ClusterRule[] = [nodesReady, rights];
