import { list } from "../../cluster/list.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import { goDuration } from "../../model/duration.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Reading } from "../../model/reading.ts";
import type { Millis } from "../../model/time.ts";
import { minorVersion } from "../../preflight/server-version.ts";

const crdGroups = ["crd.projectcalico.org", "projectcalico.org"];

/** API groups that discovery is asked about for these readings. */
export const surroundingGroups: readonly string[] = crdGroups;

/**
 * The shortest restart time that BGP peers are told: BGPConfiguration.nodeMeshMaxRestartTime (v3.23) and
 * BGPPeer.maxRestartTime (v3.20). Known and undefined: none is configured.
 */
export async function readRestartTime(
  connection: Connection,
  discovery: Discovery,
): Promise<Reading<Millis | undefined>> {
  const kinds = [
    { resource: "bgpconfigurations", field: "nodeMeshMaxRestartTime" },
    { resource: "bgppeers", field: "maxRestartTime" },
  ];
  return await readingOf(async () => {
    const times = await Promise.all(
      kinds.map(async ({ resource, field }) => {
        const served = discovery.find(resource, crdGroups);
        if (served === undefined) return [];
        const pick = (object: KubeObject) =>
          (object["spec"] as Readonly<Record<string, unknown>> | undefined)?.[field];
        const { items } = await list(connection, served, { pick });
        return items.flatMap((value) => {
          const duration = typeof value === "string" ? goDuration(value) : undefined;
          return duration?.ok === true ? [duration.millis] : [];
        });
      }),
    );
    const all = times.flat();
    return all.length === 0 ? undefined : Math.min(...all);
  });
}

/**
 * Whether every node peers with every other one: BGPConfiguration `default`, nodeToNodeMeshEnabled, true where nothing
 * is said (https://docs.tigera.io/calico/latest/reference/resources/bgpconfig).
 */
export async function readMesh(connection: Connection, discovery: Discovery): Promise<Reading<boolean>> {
  return await readingOf(async () => {
    const served = discovery.find("bgpconfigurations", crdGroups);
    if (served === undefined) return true;
    const pick = ({ metadata, ...object }: KubeObject) =>
      metadata.name === "default"
        ? (object["spec"] as { readonly nodeToNodeMeshEnabled?: boolean } | undefined)?.nodeToNodeMeshEnabled
        : undefined;
    const { items } = await list(connection, served, { pick });
    return !items.includes(false);
  });
}

/** Services of type LoadBalancer; asked only where a cordon matters to them (hazard H09). */
export async function readLoadBalancers(
  connection: Connection,
  discovery: Discovery,
): Promise<Reading<readonly string[]>> {
  if (minorVersion(discovery.version) >= 19) return { known: true, value: [] };
  return await readingOf(async () => {
    const services = { group: "", version: "v1", resource: "services", kind: "Service" };
    const pick = (object: KubeObject) =>
      (object["spec"] as { readonly type?: string } | undefined)?.type === "LoadBalancer"
        ? [`${object.metadata.namespace ?? ""}/${object.metadata.name}`]
        : [];
    return (await list(connection, services, { pick })).items.flat();
  });
}
