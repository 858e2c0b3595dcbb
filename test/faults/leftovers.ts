/** What of ours is still in a cluster, and must not be when a run has come to its end. */
import {
  cordonAnnotation,
  pinnedAnnotation,
  purposeLabel,
  restartAnnotation,
  runAnnotation,
} from "../../src/model/names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type KubeObject, listAt } from "../cluster/kube-object.ts";
import { isCordoned } from "./invariants.ts";

const namesOfOurs = [cordonAnnotation, runAnnotation, pinnedAnnotation, restartAnnotation];
const apps = "/apis/apps/v1/namespaces/kube-system";

/** One line for each cordon, lease, pin and pod. */
export async function leftovers(
  cluster: Cluster,
  cordonedByUser: ReadonlySet<string>,
): Promise<readonly string[]> {
  const list = async (path: string): Promise<readonly KubeObject[]> =>
    listAt(await cluster.api.ask("GET", path), "items") as KubeObject[];
  const [nodes, pods, ...workloads] = await Promise.all([
    list("/api/v1/nodes"),
    list(`/api/v1/pods?labelSelector=${encodeURIComponent(purposeLabel)}`),
    list(`${apps}/daemonsets`),
    list(`${apps}/deployments`),
    list(`${apps}/replicasets`),
  ]);
  const cordoned = nodes.filter((node) => isCordoned(node) && !cordonedByUser.has(node.metadata.name));
  const marked = [...nodes, ...workloads.flat()].flatMap(({ metadata: { name, annotations = {} } }) =>
    namesOfOurs.filter((key) => annotations[key] !== undefined).map((key) => `${name} has ${key}`),
  );
  return [
    ...cordoned.map(({ metadata }) => `${metadata.name} is cordoned`),
    ...marked,
    ...pods.map(({ metadata }) => `pod ${metadata.name} is there`),
  ].toSorted();
}
