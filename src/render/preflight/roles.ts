import type { NeededRight } from "../../model/right.ts";

/** What the printed roles are called. */
const roleName = "calico-upgrade";

/** A ClusterRole, and a Role for each namespace, that give exactly these rights; YAML, ready to be applied. */
export function rolesText(rights: readonly NeededRight[]): string {
  const places = Map.groupBy(rights, ({ namespace }) => namespace);
  return [...places].map(([namespace, own]) => roleText(namespace, own)).join("---\n");
}

function roleText(namespace: string | undefined, rights: readonly NeededRight[]): string {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const rules = Map.groupBy(rights, ({ group, resource, names }) =>
    JSON.stringify({ group, resource, names: names ?? [] }),
  );
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    `kind: ${kind}`,
    "metadata:",
    `  name: ${roleName}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    "rules:",
    ...[...rules].flatMap(([key, own]) => {
      const { group, resource, names } = JSON.parse(key) as Required<
        Pick<NeededRight, "group" | "resource" | "names">
      >;
      return [
        `- apiGroups: ${JSON.stringify([group])}`,
        `  resources: ${JSON.stringify([resource])}`,
        ...(names.length === 0 ? [] : [`  resourceNames: ${JSON.stringify(names)}`]),
        `  verbs: ${JSON.stringify([...new Set(own.map(({ verb }) => verb))])}`,
      ];
    }),
    "",
  ].join("\n");
}
