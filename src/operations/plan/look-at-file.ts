import type { Connection, Discovery } from "../../cluster/port.ts";
import { readMetadata } from "../../cluster/read-object.ts";
import { readingOf } from "../../cluster/reading.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import { splitApiVersion, type KubeObject, type Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import { statusByFile, type Pair } from "../../plan/upgrade/file-status.ts";
import type { TargetFile } from "../../plan/upgrade/upgrade-start.ts";
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
 * What the cluster has of the file's objects, read side by side; of Secrets only that they are there. Throws where the
 * file's calico-node is not the live one (hazard H20).
 */
export async function lookAtFile(
  connection: Connection,
  file: PlanFile,
  chosen: { readonly namespace: string; readonly name: string },
): Promise<TargetFile> {
  findDaemonSet(file.objects, chosen, connection.namespace);
  const served = await lookAt(connection, file.objects, workloadGroups).discovery;
  const placed = file.objects
    .map(({ object }) => object)
    .map((object) => ({ object, ...placeOf(object, served, connection.namespace) }));
  const refs = placed.flatMap(({ ref, isServed }) => (isServed ? [ref] : []));
  const [plain, secrets] = [refs.filter((ref) => !isSecret(ref)), refs.filter(isSecret)];
  const [found, known] = await Promise.all([
    readAll(connection, plain),
    Promise.all(
      secrets.map(
        async (ref) => [objectKey(ref), await readingOf(() => readMetadata(connection, ref))] as const,
      ),
    ),
  ]);
  const all = new Map([...found, ...known]);
  const pairs = placed.map(({ object, ref, isServed }): Pair => {
    const live = isServed ? all.get(objectKey(ref)) : undefined;
    const message = `the server does not serve ${object.kind} in ${object.apiVersion}`;
    const { namespace } = ref;
    const named = namespace === undefined ? {} : { namespace };
    return {
      file: { ...object, metadata: { ...object.metadata, ...named } },
      ref,
      live: live ?? { known: false, why: "not served", message },
    };
  });
  const name = nameIn(file);
  return { name, status: statusByFile(name, pairs) };
}

/** A workload may be served under another version than the file's. */
function placeOf(
  object: KubeObject,
  served: Discovery,
  usual: string,
): { readonly ref: Ref; readonly isServed: boolean } {
  const resource = workloads[object.kind];
  const place =
    resource !== undefined
      ? served.find(resource, workloadGroups)
      : served.forKind(object.apiVersion, object.kind);
  const { name, namespace = usual } = object.metadata;
  if (place === undefined) {
    const ref = { ...splitApiVersion(object.apiVersion), resource: "", kind: object.kind, name };
    return { ref, isServed: false };
  }
  const { group, version, kind } = place;
  const ref = { group, version, resource: place.resource, kind, name };
  return { ref: { ...ref, ...(place.namespaced ? { namespace } : {}) }, isServed: true };
}

function isSecret({ kind }: Ref): boolean {
  return kind === "Secret";
}
