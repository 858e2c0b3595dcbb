import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { Account } from "../../model/rbac.ts";
import type { Rights } from "../../plan/upgrade/upgrade-start.ts";

/**
 * The ClusterRoles bound to calico-node's own account; those of groups that every account is in stay
 * anyway. undefined: they could not be read.
 */
export function rightsIn(
  { clusterRoleBindings: bindings }: Pick<ClusterFacts, "clusterRoleBindings">,
  account: Account,
): Rights | undefined {
  if (!bindings.known) return undefined;
  const roles = bindings.value
    .filter(({ subjects }) =>
      subjects.some(
        ({ kind, name, namespace }) =>
          kind === "ServiceAccount" && name === account.name && namespace === account.namespace,
      ),
    )
    .map(({ role }) => role.name);
  // What an earlier run of the same commands has kept is not kept once more.
  const clusterRoles = [...new Set(roles)].filter((name) => !name.endsWith("-before"));
  return { serviceAccount: account.name, clusterRoles };
}
