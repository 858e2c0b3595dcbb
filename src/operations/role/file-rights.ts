import { inNamespace } from "../../manifest/file-facts.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { groupOf } from "../../model/kube.ts";
import type { NeededRight } from "../../model/right.ts";

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
    return verbs.map((verb): NeededRight => ({ verb, group, resource, ...place }));
  });
}

/** As kubectl guesses it where no server can be asked. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(?:s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  return singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
