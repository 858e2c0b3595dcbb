import { discover } from "../../cluster/discovery.ts";
import { objectPath } from "../../cluster/paths.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readPath } from "../../cluster/read-object.ts";
import { readingOf } from "../../cluster/reading.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { type KubeObject, type Ref, groupOf } from "../../model/kube.ts";
import type { Reading } from "../../model/reading.ts";

export const rbacGroup = "rbac.authorization.k8s.io";

/** One look at a cluster: discovery and each object are asked for once. */
export interface FileContext {
  readonly connection: Connection;
  readonly discovery: Promise<Discovery>;
  /** Known and undefined: it is not there. */
  readonly get: (ref: Ref) => Promise<Reading<KubeObject | undefined>>;
}

/** Discovery of every group that the objects name or add, and of `more`. */
export function lookAt(
  connection: Connection,
  objects: readonly ManifestObject[],
  more: readonly string[] = [],
): FileContext {
  const groups = [...objects.flatMap(({ object }) => [groupOf(object), ...crdGroup(object)]), ...more];
  const asked = new Map<string, ReturnType<FileContext["get"]>>();
  return {
    connection,
    discovery: discover(connection, [...new Set([rbacGroup, ...groups])]),
    get(ref) {
      const path = objectPath(ref);
      const answer = asked.get(path) ?? readingOf(() => readPath(connection, path));
      asked.set(path, answer);
      return answer;
    },
  };
}

/** The group that a CRD adds. */
function crdGroup(object: KubeObject): readonly string[] {
  return object.kind === "CustomResourceDefinition" ? [crdNeed(object).group] : [];
}
