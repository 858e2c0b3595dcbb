import type { Connection } from "../../cluster/port.ts";
import type { Missing } from "../../manifest/missing.ts";
import type { TemplateNeeds } from "../../manifest/needs.ts";
import { addMissing } from "../../merge/add-missing.ts";
import type { KubeObject } from "../../model/kube.ts";
import { readSurroundings } from "./surroundings-needed.ts";
import type { FileTemplate } from "./template.ts";

/** What a workload of a file needs and the cluster lacks (hazard H05). */
export interface MissingObjects {
  /** Objects that add it, for kubectl apply. */
  readonly objects: readonly KubeObject[];
  /** What has to be added by other means, or is not known. */
  readonly left: readonly Missing[];
}

export async function missingObjects(
  connection: Connection,
  workload: KubeObject,
  file: FileTemplate,
  ofRelease?: TemplateNeeds,
): Promise<MissingObjects> {
  const { discovery, missing, live } = await readSurroundings(connection, file, workload, ofRelease);
  const { objects, left } = addMissing(missing, file.objects, live, connection.namespace);
  const isServed = ({ apiVersion, kind }: KubeObject): boolean =>
    discovery.forKind(apiVersion, kind) !== undefined;
  return {
    objects: objects.filter(isServed),
    left: [...left, ...objects.filter((object) => !isServed(object)).map(unserved)],
  };
}

/** kubectl apply would refuse it: apiextensions.k8s.io/v1 came with Kubernetes 1.16. */
function unserved({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): Missing {
  return {
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    what: "is missing, and cannot be added from this file",
    because: `this server does not serve ${apiVersion} ${kind}s: use the manifest that this release has for its Kubernetes version`,
  };
}
