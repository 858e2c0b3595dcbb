import type { Connection, Discovery } from "../../cluster/port.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import { toldByFile, type Pair } from "../../plan/upgrade/file-told.ts";
import type { TargetFile } from "../../plan/upgrade/standing.ts";
import { lookAt } from "../node/look.ts";
import { readAll } from "../read-all.ts";
import { nameIn, type PlanFile } from "./file.ts";

const workloadGroups = ["apps", "extensions"];
const workloads: Readonly<Record<string, string>> = {
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  ReplicaSet: "replicasets",
};

/**
 * What the cluster has of the file's objects, read side by side. Secrets are not read. Throws where the file's
 * calico-node is not the live one (hazard H20).
 */
export async function lookAtFile(
  connection: Connection,
  file: PlanFile,
  chosen: { readonly namespace: string; readonly name: string },
): Promise<TargetFile> {
  const daemonSet = findDaemonSet(file.objects, chosen, connection.namespace);
  const served = await lookAt(connection, file.objects, workloadGroups).discovery;
  const placed = file.objects
    .map(({ object }) => object)
    .filter(({ kind }) => kind !== "Secret" && kind !== "Job")
    .map((object) => ({ object, ref: placeOf(object, served, connection.namespace) }));
  const found = await readAll(
    connection,
    placed.flatMap(({ ref }) => ref ?? []),
  );
  const pairs = placed.map(({ object, ref }): Pair => {
    const live = ref === undefined ? undefined : found.get(objectKey(ref));
    const message = `the server does not serve ${object.kind} in ${object.apiVersion}`;
    return { file: object, live: live ?? { known: false, why: "not served", message } };
  });
  const name = nameIn(file);
  return { name, told: toldByFile(name, pairs, daemonSet) };
}

/** A workload may be served under another version than the file's. */
function placeOf(object: KubeObject, served: Discovery, usual: string): Ref | undefined {
  const resource = workloads[object.kind];
  const place =
    resource !== undefined
      ? served.find(resource, workloadGroups)
      : served.forKind(object.apiVersion, object.kind);
  if (place === undefined) return undefined;
  const { group, version, kind } = place;
  const { name, namespace = usual } = object.metadata;
  return { group, version, resource: place.resource, kind, name, ...(place.namespaced ? { namespace } : {}) };
}
