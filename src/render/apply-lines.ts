import type { Ref } from "../model/kube.ts";
import type { Conflict } from "../merge/conflicts.ts";

/** `clusterrole.rbac.authorization.k8s.io/calico-node`, as kubectl names an object it wrote. */
export function objectName({ group, kind, name }: Pick<Ref, "group" | "kind" | "name">): string {
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`;
}

/** What stands against applying one object, one line a field (hazard H14). */
export function conflictLines(ref: Ref, conflicts: readonly Conflict[]): readonly string[] {
  return conflicts.map(({ field, manager, time }) => {
    const who = manager === undefined ? "somebody" : `"${manager}"`;
    const when = time === undefined ? "" : ` at ${time}`;
    return `${objectName(ref)}: ${field} was set by ${who}${when}`;
  });
}
