/** A cluster with a Calico on it, and what tests of `node` ask it and do to it. */
import { installCalico } from "../../calico/install.ts";
import type { CalicoOptions } from "../../calico/era.ts";
import type { AuditedRequest, AuditMark } from "../../cluster/audit.ts";
import type { KubeVersion } from "../../cluster/binaries/recipes.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { poll } from "../../cluster/wait.ts";

export interface ServerEra {
  readonly kubeVersion: KubeVersion;
  readonly calico: CalicoOptions;
  /** What the era's manifests leave the DaemonSet with. */
  readonly strategy: "RollingUpdate" | "OnDelete";
}

/** Today's APIs with a Calico of today, and the procedure's own era. */
export const eras: readonly ServerEra[] = [
  { kubeVersion: "1.36", calico: { version: "v3.29.7" }, strategy: "RollingUpdate" },
  { kubeVersion: "1.15", calico: { version: "v2.4.1", datastore: "etcd" }, strategy: "OnDelete" },
];

export const nodes = ["node-01", "node-02", "node-03"] as const;

const namespace = "kube-system";
const daemonSets = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
const pods = `/api/v1/namespaces/${namespace}/pods`;

/** A Calico whose pods have only just started: no restart storm, nothing of an earlier test. */
export async function freshCalico(cluster: Cluster, calico: CalicoOptions): Promise<void> {
  await cluster.resetCalico();
  await installCalico(cluster, calico, ["rbac", "config", "workloads"]);
}

/** The same, held at OnDelete, with a template that no node runs yet. */
export async function outdatedCalico(cluster: Cluster, calico: CalicoOptions): Promise<void> {
  await freshCalico(cluster, calico);
  await patchDaemonSet(cluster, { spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } } });
  await newTemplate(cluster);
  await cluster.waitFor(
    daemonSets,
    (sets) => sets.every(({ metadata, status }) => at(status, "observedGeneration") === metadata.generation),
    { what: "the new template's revision" },
  );
}

export async function patchDaemonSet(cluster: Cluster, patch: unknown, name = "calico-node"): Promise<void> {
  await cluster.api.ask("PATCH", `${daemonSets}/${name}`, patch);
}

/** A new revision that differs only in an annotation of the pods. */
export async function newTemplate(cluster: Cluster, mark = "new"): Promise<void> {
  await patchDaemonSet(cluster, { spec: { template: { metadata: { annotations: { mark } } } } });
}

export async function daemonSet(cluster: Cluster, name = "calico-node"): Promise<KubeObject> {
  return (await cluster.api.ask("GET", `${daemonSets}/${name}`)) as KubeObject;
}

/** Until the DaemonSet was made so long ago. */
export async function daemonSetIsOld(cluster: Cluster, age: number): Promise<void> {
  const { metadata } = await daemonSet(cluster);
  const created = Date.parse(metadata.creationTimestamp ?? "");
  await poll(async () => Date.now() - created > age, { timeoutMs: age + 10_000, what: "an old DaemonSet" });
}

export async function node(cluster: Cluster, name: string): Promise<KubeObject> {
  return (await cluster.api.ask("GET", `/api/v1/nodes/${name}`)) as KubeObject;
}

export async function isCordoned(cluster: Cluster, name: string): Promise<boolean> {
  return at(await node(cluster, name), "spec", "unschedulable") === true;
}

/** What `node` wrote down on a Node; undefined when there is nothing. */
export async function cordonLease(
  cluster: Cluster,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  return jsonAt(await node(cluster, name), "calico-upgrade/cordon");
}

export async function runLease(cluster: Cluster): Promise<Record<string, unknown> | undefined> {
  return jsonAt(await daemonSet(cluster), "calico-upgrade/run");
}

function jsonAt({ metadata }: KubeObject, key: string): Record<string, unknown> | undefined {
  const text = metadata.annotations?.[key];
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** calico-node pods by node, those on their way out included. */
export async function calicoPods(cluster: Cluster): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const found = listAt(
    await cluster.api.ask("GET", `${pods}?labelSelector=k8s-app%3Dcalico-node`),
    "items",
  ) as KubeObject[];
  return Map.groupBy(found, (pod) => nodeNameOf(pod));
}

/** "" as long as it has no node. */
export function nodeNameOf(pod: KubeObject): string {
  const name = at(pod, "spec", "nodeName");
  return typeof name === "string" ? name : "";
}

export async function podOf(cluster: Cluster, name: string): Promise<KubeObject> {
  const pod = (await calicoPods(cluster))
    .get(name)
    ?.find((one) => one.metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error(`no calico-node on ${name}`);
  return pod;
}

export async function markOf(cluster: Cluster, name: string): Promise<string | undefined> {
  return (await podOf(cluster, name)).metadata.annotations?.["mark"];
}

/**
 * Everything that `node` could change, without what the cluster changes by itself all the time
 * (heartbeats, status).
 */
export async function everything(cluster: Cluster): Promise<unknown> {
  const paths = [
    daemonSets,
    pods,
    "/api/v1/nodes",
    `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`,
  ];
  const lists = await Promise.all(paths.map((path) => cluster.api.ask("GET", path)));
  return lists.flatMap((list) =>
    (listAt(list, "items") as KubeObject[]).map(({ metadata, spec }) => ({
      name: metadata.name,
      uid: metadata.uid,
      annotations: metadata.annotations,
      labels: metadata.labels,
      deletionTimestamp: metadata.deletionTimestamp,
      spec,
    })),
  );
}

/**
 * What the plugin changed since a mark, in order: `patch nodes/node-01`. A write that lost a race is
 * tried again and changed nothing; nor do dry runs, access reviews and Events.
 */
export async function writes(cluster: Cluster, mark: AuditMark): Promise<readonly string[]> {
  return (
    (await pluginRequests(cluster, mark))
      .filter(({ verb }) => !["get", "list", "watch"].includes(verb))
      // A delete says in its body that it is a dry run.
      .filter(
        ({ code = 0, uri, requestObject }) =>
          code < 300 && !uri.includes("dryRun=All") && at(requestObject, "dryRun") === undefined,
      )
      .filter(
        ({ objectRef }) =>
          objectRef?.["apiGroup"] !== "authorization.k8s.io" && objectRef?.["resource"] !== "events",
      )
      .map(({ verb, objectRef, uri }) =>
        [verb, `${objectRef?.["resource"] ?? uri}/${objectRef?.["name"] ?? ""}`].join(" "),
      )
  );
}

export async function pluginRequests(cluster: Cluster, mark: AuditMark): Promise<readonly AuditedRequest[]> {
  return await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
}
