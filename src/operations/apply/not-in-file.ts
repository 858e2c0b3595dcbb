import { list } from "../../cluster/list.ts";
import { readingOf } from "../../cluster/reading.ts";
import type { UpgradeContext } from "./upgrade-context.ts";

const calicoGroups = ["crd.projectcalico.org", "projectcalico.org", "policy.networking.k8s.io"];

/** Calico's own CRDs, roles and bindings that the file no longer holds: never deleted (hazard H02). */
export async function notInFile({ connection, targets }: UpgradeContext): Promise<readonly string[]> {
  const kinds = new Map(targets.map(({ ref }) => [`${ref.group}/${ref.resource}`, ref]));
  const checked = ["customresourcedefinitions", "clusterroles", "clusterrolebindings"];
  const found = await Promise.all(
    [...kinds.values()]
      .filter(({ resource }) => checked.includes(resource))
      .map(async (ref) => {
        const all = await readingOf(() =>
          list(connection, ref, {
            pick: ({ metadata }) => metadata.name,
            metadataOnly: ref.kind === "CustomResourceDefinition",
          }),
        );
        const names = all.known ? all.value.items : [];
        return names
          .filter((name) =>
            ref.kind === "CustomResourceDefinition"
              ? calicoGroups.some((group) => name.endsWith(`.${group}`))
              : name.startsWith("calico-") && !name.startsWith("calico-upgrade"),
          )
          .filter((name) => !targets.some(({ ref: own }) => own.kind === ref.kind && own.name === name))
          .map((name) => `${ref.kind} ${name}`);
      }),
  );
  return found.flat().toSorted();
}
