import type { Connection } from "../../cluster/port.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import type { Reading } from "../../model/reading.ts";
import type { KubeObject } from "../../model/kube.ts";
import { toldByFile, type Pair } from "../../plan/upgrade/file-told.ts";
import type { TargetFile } from "../../plan/upgrade/standing.ts";
import { lookAt } from "../node/look.ts";
import { nameIn, type PlanFile } from "./file.ts";

const workloadGroups = ["apps", "extensions"];
const workloads: Readonly<Record<string, string>> = {
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  ReplicaSet: "replicasets",
};

/**
 * What the cluster has of the file's objects: one request each, side by side. Secrets are not read. Throws
 * where the file's calico-node is not the live one (hazard H20).
 */
export async function lookAtFile(
  connection: Connection,
  file: PlanFile,
  chosen: { readonly namespace: string; readonly name: string },
): Promise<TargetFile> {
  const daemonSet = findDaemonSet(file.objects, chosen, connection.namespace);
  const { discovery, get } = lookAt(connection, file.objects, workloadGroups);
  const served = await discovery;
  const live = async (object: KubeObject): Promise<Reading<KubeObject | undefined>> => {
    // A workload may be served under another version than the file's.
    const resource = workloads[object.kind];
    const place =
      resource !== undefined
        ? served.find(resource, workloadGroups)
        : served.forKind(object.apiVersion, object.kind);
    if (place === undefined) {
      const message = `the server does not serve ${object.kind} in ${object.apiVersion}`;
      return { known: false, why: "not served", message };
    }
    const { name, namespace = connection.namespace } = object.metadata;
    return await get({ ...place, name, ...(place.namespaced ? { namespace } : {}) });
  };
  const pairs: readonly Pair[] = await Promise.all(
    file.objects
      .map(({ object }) => object)
      .filter(({ kind }) => kind !== "Secret" && kind !== "Job")
      .map(async (object) => ({ file: object, live: await live(object) })),
  );
  const name = nameIn(file);
  return { name, told: toldByFile(name, pairs, daemonSet) };
}
