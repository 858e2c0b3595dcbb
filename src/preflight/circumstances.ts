import type { CalicoObject } from "../model/calico-object.ts";
import { nftablesOf } from "../facts/dataplane.ts";
import { truthOf, type Reading, type Truth } from "../model/reading.ts";
import type { Circumstances, FaultCondition } from "../releases/bad-releases.ts";
import type { Version } from "../releases/version.ts";
import type { PreflightFacts } from "./facts.ts";

/** The facts that tell each part of a condition. */
const readingsOf: Readonly<Record<keyof FaultCondition, readonly (keyof PreflightFacts)[]>> = {
  datastore: ["datastore"],
  from: ["running"],
  kubernetes: ["kubernetes"],
  canal: ["canal"],
  typha: ["typha"],
  ebpf: ["ebpf"],
  vxlan: ["vxlan"],
  nftables: ["daemonSet", "configMaps", "felixConfigurations"],
  ipv6Only: ["ipPools"],
  architecture: ["nodes"],
  kernel: ["nodes"],
};

export function factsOf(when: FaultCondition): readonly (keyof PreflightFacts)[] {
  return [...new Set((Object.keys(when) as (keyof FaultCondition)[]).flatMap((part) => readingsOf[part]))];
}

/** undefined: the datastore is not known. */
export function circumstancesOf(
  readings: PreflightFacts,
  from: Version,
  to: Version,
): Circumstances | undefined {
  const { datastore, kubernetes, canal, typha, ebpf, vxlan } = readings;
  if (!datastore.known) return undefined;
  return {
    from,
    to,
    datastore: datastore.value,
    kubernetes: kubernetes.known && kubernetes.value.major === 1 ? kubernetes.value.minor : "unknown",
    canal: truthOf(canal),
    typha: truthOf(typha),
    ebpf: truthOf(ebpf),
    vxlan: truthOf(vxlan),
    ...moreOf(readings),
  };
}

/** What a route looks at beside what `status` tells. */
export function moreOf({
  nodes,
  ipPools,
  felixConfigurations,
  daemonSet,
  configMaps,
}: Pick<PreflightFacts, "nodes" | "ipPools" | "felixConfigurations" | "daemonSet" | "configMaps">): Pick<
  Circumstances,
  "nodes" | "nftables" | "ipv6Only"
> {
  return {
    ...(nodes.known ? { nodes: nodes.value } : {}),
    nftables: nftablesOf(felixConfigurations, daemonSet, configMaps.known ? configMaps.value : []),
    ipv6Only: ipv6OnlyOf(ipPools),
  };
}

function ipv6OnlyOf(pools: Reading<readonly CalicoObject[]>): Truth {
  if (!pools.known || pools.value.length === 0) return "unknown";
  return pools.value.every(({ spec }) => typeof spec["cidr"] === "string" && spec["cidr"].includes(":"));
}
