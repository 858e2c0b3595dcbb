import { sameRole } from "../model/rbac.ts";
import type { KubeObject } from "../model/kube.ts";
import { known } from "../model/reading.ts";
import { missing, type LiveSurroundings, type Missing } from "./missing.ts";
import { crdNeed, type TemplateNeeds } from "./needs.ts";

/** What neither the cluster nor the objects have; the cluster is asked for nothing that the objects bring. */
export function missingFromBoth(
  needs: TemplateNeeds,
  live: LiveSurroundings,
  objects: readonly KubeObject[],
  namespace: string,
): readonly Missing[] {
  const alone = missing(needs, afterApplying(emptyCluster, objects, namespace));
  return alone.length === 0 ? [] : missing(needs, afterApplying(live, objects, namespace));
}

/**
 * The cluster as it is once these objects are applied: what a file has takes the place of what is there, the rest
 * stays. `namespace` is that of objects which name none.
 */
export function afterApplying(
  live: LiveSurroundings,
  objects: readonly KubeObject[],
  namespace: string,
): LiveSurroundings {
  const placed = objects.map((object) => ({ object, where: object.metadata.namespace ?? namespace }));
  const find = (kind: string, name: string, where?: string): KubeObject | undefined =>
    placed.find(
      (each) =>
        each.object.kind === kind &&
        each.object.metadata.name === name &&
        (where === undefined || each.where === where),
    )?.object;
  return {
    served: (need) => {
      const crd = find("CustomResourceDefinition", need.name);
      const brought = crd === undefined ? [] : crdNeed(crd).versions;
      return brought.some((version) => need.versions.includes(version)) || live.served(need);
    },
    account: (account) => {
      const own = find("ServiceAccount", account.name, account.namespace);
      return own === undefined ? live.account(account) : known(own);
    },
    bindings: bindingsAfter(live.bindings, placed),
    role: (role) => {
      const own = placed.find(({ object: { kind, metadata }, where }) =>
        kind === "ClusterRole"
          ? sameRole(role, { kind, name: metadata.name })
          : kind === "Role" && sameRole(role, { kind, name: metadata.name, namespace: where }),
      );
      return own === undefined ? live.role(role) : known(own.object);
    },
    config: (need) => {
      const own = find(need.kind, need.name, need.namespace);
      const there = live.config(need);
      if (own === undefined) return there;
      const { data, stringData, binaryData } = own as Readonly<Record<string, object | undefined>>;
      const keys = [data, stringData, binaryData].flatMap((each) => Object.keys(each ?? {}));
      const kept = there.known && there.value !== undefined ? there.value.keys : [];
      return known({ keys: [...new Set([...keys, ...kept])] });
    },
  };
}

function bindingsAfter(
  live: LiveSurroundings["bindings"],
  placed: readonly { readonly object: KubeObject; readonly where: string }[],
): LiveSurroundings["bindings"] {
  if (live === "none" || !live.known) return live;
  const own = placed.flatMap(({ object, where }) =>
    object.kind === "ClusterRoleBinding"
      ? [object]
      : object.kind === "RoleBinding"
        ? [{ ...object, metadata: { ...object.metadata, namespace: where } }]
        : [],
  );
  const isOwn = ({ kind, metadata }: KubeObject): boolean =>
    own.some(
      (each) =>
        each.kind === kind &&
        each.metadata.name === metadata.name &&
        each.metadata.namespace === metadata.namespace,
    );
  return known([...live.value.filter((each) => !isOwn(each)), ...own]);
}

/** A cluster in which nothing is. */
const emptyCluster: LiveSurroundings = {
  served: () => false,
  account: ({ name }) =>
    known(
      // Every namespace has one of this name.
      name === "default" ? { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } } : undefined,
    ),
  bindings: known([]),
  role: () => known(undefined),
  config: () => known(undefined),
};
