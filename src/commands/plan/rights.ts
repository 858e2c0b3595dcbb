import { list } from "../../cluster/list.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import { bindingOf, type Account } from "../../model/rbac.ts";
import type { Rights } from "../../plan/upgrade/standing.ts";
import { rbacGroup } from "../node/look.ts";

/**
 * The ClusterRoles bound to calico-node's own account; those of groups that every account is in stay
 * anyway. undefined: they could not be read.
 */
export async function readRights(
  connection: Connection,
  discovery: Discovery,
  account: Account,
): Promise<Rights | undefined> {
  const place = discovery.find("clusterrolebindings", [rbacGroup]);
  const none = { serviceAccount: account.name, clusterRoles: [] };
  if (place === undefined) return none;
  const bindings = await readingOf(async () => (await list(connection, place)).items);
  if (!bindings.known) return undefined;
  const roles = bindings.value
    .map((raw) => bindingOf(raw, ""))
    .filter(({ subjects }) =>
      subjects.some(
        ({ kind, name, namespace }) =>
          kind === "ServiceAccount" && name === account.name && namespace === account.namespace,
      ),
    )
    .map(({ role }) => role.name);
  // What an earlier run of the same commands has kept is not kept once more.
  return { ...none, clusterRoles: [...new Set(roles)].filter((name) => !name.endsWith("-before")) };
}
