import type { KubeObject } from "./kube.ts";
import { type Labels } from "./label-selector.ts";
import { protocols, type Protocol } from "./network-policy.ts";
import { listOf, recordOf } from "./record.ts";

/** What we read of a pod that traffic comes from or goes to. */
export interface EndpointFacts {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** status.podIPs: one for each family; none as long as it has none. */
  readonly addresses: readonly string[];
  readonly namedPorts: readonly NamedPort[];
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

interface RawPod {
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly containers?: unknown;
    readonly initContainers?: unknown;
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: unknown;
    readonly containerStatuses?: unknown;
    readonly initContainerStatuses?: unknown;
  };
}

/**
 * Reads a pod; undefined for one that Calico has no endpoint for: it uses its node's network, or it
 * has ended (libcalico-go, isReadyCalicoPod). One that is being deleted and whose containers have all ended is held
 * by a finalizer alone: nothing of it starts again.
 */
export function endpointFacts(raw: KubeObject): EndpointFacts | undefined {
  const { spec, status } = raw as KubeObject & RawPod;
  if (spec?.hostNetwork === true || status?.phase === "Succeeded" || status?.phase === "Failed")
    return undefined;
  if (raw.metadata.deletionTimestamp !== undefined && hasStopped(spec, status)) return undefined;
  const sidecars = listOf(spec?.initContainers).filter(
    (container) => recordOf(container)?.["restartPolicy"] === "Always",
  );
  return {
    namespace: raw.metadata.namespace ?? "",
    name: raw.metadata.name,
    labels: raw.metadata.labels ?? {},
    addresses: addressesOf(status),
    namedPorts: [...listOf(spec?.containers), ...sidecars].flatMap(portsOf),
  };
}

/** A container without a status may still be running. */
function hasStopped(spec: RawPod["spec"], status: RawPod["status"]): boolean {
  const main = listOf(status?.containerStatuses);
  if (main.length === 0 || main.length < listOf(spec?.containers).length) return false;
  return [...main, ...listOf(status?.initContainerStatuses)].every((each) =>
    Boolean(recordOf(recordOf(each)?.["state"])?.["terminated"]),
  );
}

/** Servers before 1.16 have podIP alone; newer ones repeat it as the first of podIPs. */
function addressesOf(status: RawPod["status"]): readonly string[] {
  const all = listOf(status?.podIPs).map((each) => recordOf(each)?.["ip"]);
  const given = [status?.podIP, ...all].filter((each) => typeof each === "string" && each !== "");
  return [...new Set(given as readonly string[])];
}

function portsOf(container: unknown): readonly NamedPort[] {
  return listOf(recordOf(container)?.["ports"]).flatMap((raw) => {
    const { name, protocol: given = "TCP", containerPort } = recordOf(raw) ?? {};
    const protocol = protocols.find((each) => each === given);
    if (typeof name !== "string" || typeof containerPort !== "number" || protocol === undefined) return [];
    return [{ name, protocol, port: containerPort }];
  });
}
