import type { ClusterRule } from "../cluster-rule.ts";
import { hostEndpoints } from "../rules/b14-host-endpoints.ts";
import { adminPolicies } from "../rules/b33-admin-policies.ts";

/** What changes between releases. */
export const boundaryRules: readonly ClusterRule[] = [hostEndpoints, adminPolicies];
