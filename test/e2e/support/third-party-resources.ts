/**
 * What ThirdPartyResources were, played by CustomResourceDefinitions of the same group, version and kinds:
 * the same on the wire.
 */
import { movedKinds, type OldKind } from "../../../src/data/kinds.ts";
import { installCalico } from "../../calico/install.ts";
import type { AuditLevel } from "../../cluster/audit.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { poll } from "../../cluster/wait.ts";
import { testCluster } from "../test-cluster.ts";

const crds = "/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions";

/** A value that upstream's Job loses. */
export const uglyValue = "namespace: x\nuid: y\nkind: GlobalConfig\n- 'a' \"b\" ä";

const pool = {
  cidr: "10.244.0.0/16",
  ipip: "tunl0",
  ipip_mode: "cross-subnet",
  masquerade: true,
  ipam: true,
  disabled: false,
};

/** Empty where the path is not served. */
export async function itemsOf(cluster: Cluster, path: string): Promise<readonly KubeObject[]> {
  const { status, body } = await cluster.request("GET", path);
  return status === 200 ? (listAt(body, "items") as KubeObject[]) : [];
}

export function oldPath(kind: OldKind, namespace = "kube-system"): string {
  const { resource, groups } = oldOf(kind);
  const scope = namespace === "" ? "" : `/namespaces/${namespace}`;
  return `/apis/${groups[0]}/v1${scope}/${resource}`;
}

export function newPath(resource: string): string {
  return `/apis/crd.projectcalico.org/v1/${resource}`;
}

export async function serveOldKinds(cluster: Cluster): Promise<void> {
  for (const { old } of movedKinds) {
    const { kind, resource, groups } = old;
    await cluster.request("POST", crds, {
      apiVersion: "apiextensions.k8s.io/v1beta1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${resource}.${groups[0]}` },
      spec: {
        group: groups[0],
        version: "v1",
        scope: "Namespaced",
        names: { kind, plural: resource, singular: kind.toLowerCase() },
      },
    });
    await poll(async () => (await cluster.request("GET", oldPath(kind, ""))).status === 200, {
      what: `${kind} is served`,
    });
  }
}

/** Takes the definitions away whose names end so, and waits until they are gone. */
export async function removeKinds(cluster: Cluster, suffix: string): Promise<void> {
  const left = async () =>
    (await itemsOf(cluster, crds)).filter(({ metadata }) => metadata.name.endsWith(suffix));
  for (const { metadata } of await left()) {
    await cluster.request("DELETE", `${crds}/${metadata.name}`);
  }
  await poll(async () => (await left()).length === 0, { what: `no definitions of ${suffix}` });
}

export async function removeOldObjects(cluster: Cluster): Promise<void> {
  for (const { old } of movedKinds) {
    for (const { metadata } of await itemsOf(cluster, oldPath(old.kind, ""))) {
      await cluster.request("DELETE", `${oldPath(old.kind, metadata.namespace)}/${metadata.name}`);
    }
  }
}

export async function putOld(
  cluster: Cluster,
  kind: OldKind,
  name: string,
  spec: object,
  namespace = "kube-system",
): Promise<void> {
  const apiVersion = `${oldOf(kind).groups[0]}/v1`;
  await cluster.api.ask("POST", oldPath(kind, namespace), {
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
  });
}

/** One object of each kind, with values that upstream's Job loses. */
export async function putOneOfEach(cluster: Cluster): Promise<void> {
  await putOld(cluster, "GlobalConfig", "logseverityscreen", { name: "LogSeverityScreen", value: uglyValue });
  await putOld(cluster, "GlobalBgpConfig", "asnumber", { name: "AsNumber", value: "64512" });
  await putOld(cluster, "IpPool", "10-244-0-0-16", { value: JSON.stringify(pool) });
  await putOld(cluster, "GlobalBgpPeer", "fd80-24e2-f998-72d6-0000-0000-0000-0001", { asNumber: 64_512 });
  await putOld(cluster, "SystemNetworkPolicy", "allow-dns", {
    order: 10,
    selector: "all()",
    egress: [{ action: "allow", protocol: "udp", destination: { ports: [53] } }],
  });
}

function oldOf(kind: OldKind): (typeof movedKinds)[number]["old"] {
  return (movedKinds.find((each) => each.old.kind === kind) ?? movedKinds[0]).old;
}

/** A cluster with Calico v2.4, whose kinds are ThirdPartyResources' still. */
export async function clusterOfOldKinds(audit: AuditLevel = "Metadata"): Promise<Cluster> {
  const cluster = await testCluster({ kubeVersion: "1.15", audit });
  await installCalico(cluster, { version: "v2.4.1" }, ["rbac", "config", "workloads"]);
  await serveOldKinds(cluster);
  return cluster;
}
