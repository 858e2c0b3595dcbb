import type { Connection } from "../../cluster/port.ts";
import { missing, type Missing } from "../../manifest/missing.ts";
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
): Promise<MissingObjects> {
  const { needs, live } = await readSurroundings(connection, file, workload);
  return addMissing(missing(needs, live), file.objects, live, connection.namespace);
}
