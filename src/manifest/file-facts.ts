import { configMapFacts } from "../model/configmap.ts";
import { installationFacts } from "../model/install.ts";
import type { KubeObject } from "../model/kube.ts";
import { calicoDaemonSet, type Observed } from "../model/observed.ts";
import { known, type Reading } from "../model/reading.ts";
import { workloadFacts } from "../model/workload.ts";
import type { ManifestObject } from "./parse.ts";

/**
 * A file by the same door as a cluster: what would be observed where exactly it is applied. What only a
 * running cluster has (nodes, pods, revisions, events) is not asked. Objects without a namespace are in
 * `defaultNamespace`, as kubectl puts them there.
 */
export function fileFacts(objects: readonly ManifestObject[], defaultNamespace: string): Observed {
  const placed = objects.map(({ object }) => inNamespace(object, defaultNamespace));
  const installation = placed.find(({ apiVersion, kind }) => isInstallation(apiVersion, kind));
  return {
    serverVersion: "",
    now: 0,
    nodes: onlyLive,
    pods: onlyLive,
    revisions: onlyLive,
    events: onlyLive,
    daemonSets: known(
      placed.flatMap((object) => (object.kind === "DaemonSet" ? (calicoDaemonSet(object) ?? []) : [])),
    ),
    workloads: known(placed.flatMap((object) => (isWorkload(object) ? (workloadFacts(object) ?? []) : []))),
    configMaps: known(placed.filter(({ kind }) => kind === "ConfigMap").map(configMapFacts)),
    installation: known(installation === undefined ? undefined : installationFacts(installation)),
  };
}

const onlyLive: Reading<never> = { known: false, why: "not asked", message: "a file has none" };

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

function isWorkload({ kind }: KubeObject): boolean {
  return kind === "Deployment" || kind === "ReplicaSet";
}

function isInstallation(apiVersion: string, kind: string): boolean {
  return apiVersion.startsWith("operator.tigera.io/") && kind === "Installation";
}
