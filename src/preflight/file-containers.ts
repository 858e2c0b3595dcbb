import type { KubeObject } from "../model/kube.ts";
import { listOf, recordOf } from "../model/record.ts";
import { objectOf } from "./seen.ts";
import type { TargetManifest } from "./subject.ts";

/** A container of a workload of the file, as the file has it. */
export interface FileContainer {
  /** `DaemonSet kube-system/calico-node`. */
  readonly object: string;
  readonly name: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

export function fileContainers({ objects }: Pick<TargetManifest, "objects">): readonly FileContainer[] {
  return objects.flatMap(({ object }) => {
    const spec = recordOf(recordOf(recordOf(object["spec"])?.["template"])?.["spec"]);
    return [...listOf(spec?.["initContainers"]), ...listOf(spec?.["containers"])].flatMap((each) => {
      const raw = recordOf(each);
      const name = raw?.["name"];
      return raw === undefined || typeof name !== "string" ? [] : [{ object: nameOf(object), name, raw }];
    });
  });
}

function nameOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return objectOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
}
