import type { NeededRight } from "../../model/right.ts";
import { roleRules } from "../../model/role-rules.ts";
import { sh } from "../../model/shell.ts";

/** What the printed roles are called. */
const roleName = "calico-upgrade";

/** A ClusterRole, and a Role for each namespace, that give exactly these rights; YAML, ready to be applied. */
export function rolesText(rights: readonly NeededRight[], name = roleName): string {
  const places = Map.groupBy(rights, ({ namespace }) => namespace);
  return [...places].map(([namespace, own]) => roleText(name, namespace, own)).join("---\n");
}

/** The commands that bind them to a user, one for each role. */
export function bindingLines(rights: readonly NeededRight[], name: string): readonly string[] {
  return [...new Set(rights.map(({ namespace }) => namespace))].map((namespace) =>
    namespace === undefined
      ? sh`kubectl create clusterrolebinding ${name} --clusterrole=${name} --user=USER`
      : sh`kubectl create rolebinding ${name} -n ${namespace} --role=${name} --user=USER`,
  );
}

/** How much somebody with these rights can do, where it is more than they say; undefined: no more. */
export function powerLine(rights: readonly NeededRight[]): string | undefined {
  const grants = rights.filter(({ verb }) => verb === "escalate" || verb === "bind");
  if (grants.length > 0)
    return "This role amounts to cluster-admin: its user can create ClusterRoles with any right and bind them. The API limits escalate and bind to names, but neither creations nor what a role contains.";
  const starts = rights.find(
    ({ verb, resource }) =>
      (verb === "create" || verb === "patch") && ["pods", "daemonsets", "deployments"].includes(resource),
  );
  if (starts === undefined) return undefined;
  return `Its user can act as every ServiceAccount ${starts.namespace === undefined ? "of the cluster" : `in ${starts.namespace}`}, because pods can be started as any of them.`;
}

function roleText(name: string, namespace: string | undefined, rights: readonly NeededRight[]): string {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    `kind: ${kind}`,
    "metadata:",
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    "rules:",
    ...roleRules(rights).flatMap(({ apiGroups, resources, resourceNames, verbs }) => [
      `- apiGroups: ${JSON.stringify(apiGroups)}`,
      `  resources: ${JSON.stringify(resources)}`,
      ...(resourceNames === undefined ? [] : [`  resourceNames: ${JSON.stringify(resourceNames)}`]),
      `  verbs: ${JSON.stringify(verbs)}`,
    ]),
    "",
  ].join("\n");
}
