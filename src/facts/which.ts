import type { NamespacedName } from "../model/kube.ts";
import type { Reading } from "../model/reading.ts";
import { map, unclear } from "./follows.ts";

/** Said wherever nothing runs calico-node. */
export const noCalico =
  "no Calico found: no DaemonSet has a container calico-node or an image calico/node; look with: kubectl calico-upgrade status";

/**
 * The calico-node DaemonSet that is meant: the one that is named, or the only one (hazard H20). Not known,
 * with the sentence that says so, where there is none, where there are several and nobody chose, and where
 * the name is of none of them.
 */
export function whichDaemonSet<T extends NamespacedName>(
  sets: Reading<readonly T[]>,
  named: NamespacedName | undefined,
): Reading<T> {
  return map(sets, (all): T | ReturnType<typeof unclear> => {
    const names = all.map(nameOf).join(", ");
    if (named !== undefined) {
      const there = names === "" ? "there is none" : `there is ${names}`;
      return (
        all.find((set) => isNamed(set, named)) ??
        unclear(`no calico-node DaemonSet ${nameOf(named)}; ${there}`)
      );
    }
    const [first, ...others] = all;
    if (first === undefined) return unclear(noCalico);
    return others.length === 0
      ? first
      : unclear(
          `there are ${String(all.length)} calico-node DaemonSets: ${names}; choose one with --daemonset NAMESPACE/NAME`,
        );
  });
}

/** `NAMESPACE/NAME`. */
export function nameOf({ namespace, name }: NamespacedName): string {
  return `${namespace}/${name}`;
}

export function isNamed(set: NamespacedName, named: NamespacedName): boolean {
  return set.namespace === named.namespace && set.name === named.name;
}
