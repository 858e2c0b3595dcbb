import type { ClusterFacts } from "../model/cluster-facts.ts";
import { factsOfObjects } from "../model/facts-of-objects.ts";
import type { KubeObject } from "../model/kube.ts";
import type { ManifestObject } from "./parse.ts";

/**
 * A file by the same door as a cluster: what would be observed where exactly it is applied. What only a
 * running cluster has (nodes, pods, revisions, events) is not asked. Objects without a namespace are in
 * `defaultNamespace`, as kubectl puts them there.
 */
export function fileFacts(objects: readonly ManifestObject[], defaultNamespace: string): ClusterFacts {
  return factsOfObjects(objects.map(({ object }) => inNamespace(object, defaultNamespace)));
}

/** Kinds of Calico's manifests that live in a namespace. */
export const namespacedKinds: ReadonlySet<string> = new Set([
  "ConfigMap",
  "DaemonSet",
  "Deployment",
  "Job",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "ReplicaSet",
  "Role",
  "RoleBinding",
  "Secret",
  "Service",
  "ServiceAccount",
]);

/** The object where kubectl would put it. */
export function inNamespace(object: KubeObject, namespace: string): KubeObject {
  if (!namespacedKinds.has(object.kind) || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
