import type { NeededRight } from "./right.ts";

/** A rule of a Role or ClusterRole, its fields in the order in which they are printed. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules that give exactly these rights, those of one place. */
export function roleRules(rights: readonly NeededRight[]): readonly RoleRule[] {
  const alone = [
    ...Map.groupBy(rights, ({ group, resource, names }) => JSON.stringify([group, resource, names ?? []])),
  ].flatMap(([, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    const { group, resource, names = [] } = first;
    return [{ group, resource, names, verbs: [...new Set(own.map(({ verb }) => verb))] }];
  });
  // What may be done with several kinds of a group is one rule.
  const together = Map.groupBy(alone, ({ group, names, verbs }) => JSON.stringify([group, names, verbs]));
  return [...together.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { group, names, verbs } = first;
    return [
      {
        apiGroups: [group],
        resources: own.map(({ resource }) => resource),
        ...(names.length === 0 ? {} : { resourceNames: names }),
        verbs,
      },
    ];
  });
}
