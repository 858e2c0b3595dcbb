import { listedKinds, mayDepend, type ListedKind } from "../../model/listed-kinds.ts";
import type { NeededRight } from "../../model/right.ts";

/** What `status` reads, and follows with --watch and --wait. */
export function statusRights(namespace: string): readonly NeededRight[] {
  const followed = [
    { group: "", resource: "nodes" },
    { group: "", resource: "pods", namespace },
    { group: "apps", resource: "daemonsets", namespace },
    { group: "apps", resource: "controllerrevisions", namespace },
    { group: "apps", resource: "deployments", namespace },
    { group: "apps", resource: "replicasets", namespace },
    { group: "", resource: "configmaps", namespace },
  ];
  return [
    ...followed.flatMap((place) => ["get", "list", "watch"].map((verb) => ({ verb, ...place }))),
    { verb: "list", group: "", resource: "events", namespace },
    { verb: "get", group: "operator.tigera.io", resource: "installations" },
    { verb: "list", group: "crd.projectcalico.org", resource: "ippools" },
    { verb: "list", group: "crd.projectcalico.org", resource: "felixconfigurations" },
  ];
}

/** Everything that a check looks at: with less some of them are unknown, which stands in the way. */
export function readRights(namespace: string): readonly NeededRight[] {
  const kinds: readonly ListedKind<unknown>[] = Object.values(listedKinds);
  const listed = kinds.flatMap(({ resource, groups, inCalicosNamespaces }) =>
    groups.map((group): NeededRight => ({
      verb: "list",
      group,
      resource,
      ...(inCalicosNamespaces === true ? { namespace } : {}),
    })),
  );
  const owned = mayDepend.flatMap(([resource, groups]) =>
    groups.map((group): NeededRight => ({ verb: "list", group, resource })),
  );
  return [...statusRights(namespace), ...listed, ...owned];
}
