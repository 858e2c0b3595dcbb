import { inNamespace } from "../../manifest/file-facts.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { groupOf, type KubeObject } from "../../model/kube.ts";
import { recordOf } from "../../model/record.ts";
import { unnamed, type NeededRight } from "../../model/right.ts";

const rbac = "rbac.authorization.k8s.io";

/** What `apply` and `undo` do with the objects of a file, told without a cluster. */
export function rightsOfFile(
  objects: readonly ManifestObject[],
  namespace: string,
  verbs: readonly string[],
): readonly NeededRight[] {
  const plurals = new Map(
    objects
      .filter(({ object }) => object.kind === "CustomResourceDefinition")
      .map(({ object }) => {
        const { group, kind, name } = crdNeed(object);
        // A CRD is called plural.group.
        return [`${group} ${kind}`, name.slice(0, -group.length - 1)];
      }),
  );
  return objects.flatMap(({ object }) => {
    const { kind, metadata } = inNamespace(object, namespace);
    const group = groupOf(object);
    const resource = plurals.get(`${group} ${kind}`) ?? pluralOf(kind);
    const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
    const isRbac = group === rbac;
    return [
      ...verbs.map((verb): NeededRight => ({
        verb,
        group,
        resource,
        ...place,
        ...(isRbac && verb !== "create" ? { names: [metadata.name] } : {}),
      })),
      ...(isRbac && verbs.includes("create") ? givingOf(object, place) : []),
    ];
  });
}

/** Nobody gives rights that he does not hold, but for these two (hazard H27). */
function givingOf(
  { kind, metadata, ...object }: KubeObject,
  place: Pick<NeededRight, "namespace">,
): readonly NeededRight[] {
  if (kind === "ClusterRole" || kind === "Role")
    return [
      { verb: "escalate", group: rbac, resource: pluralOf(kind), ...place, names: [unnamed, metadata.name] },
    ];
  const role = recordOf((object as { readonly roleRef?: unknown }).roleRef);
  const [of, name] = [role?.["kind"], role?.["name"]];
  return (of === "ClusterRole" || of === "Role") && typeof name === "string"
    ? [{ verb: "bind", group: rbac, resource: pluralOf(of), ...place, names: [name] }]
    : [];
}

/** As kubectl guesses it where no server can be asked. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(?:s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  return singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
