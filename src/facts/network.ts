import type { CalicoObject } from "../model/calico-object.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import { known, type Reading, type Truth } from "../model/reading.ts";
import { recordOf } from "../model/record.ts";
import { atLeast, parseVersion } from "../releases/version.ts";
import { configMapsIn, type CalicoDaemonSet } from "./daemonset.ts";
import { ebpfOf, nftablesOf } from "./dataplane.ts";
import { withoutEtcd } from "./etcd.ts";
import { map, unclear } from "./follows.ts";

/** How one Calico connects pods. */
export interface Network {
  /** Another plugin connects the pods, Calico's policy alone applies (as in upstream's calico-policy-only.yaml, and canal). */
  readonly policyOnly: Truth;
  readonly dataplane: Reading<Dataplane>;
  /** Of the pools that give addresses: `IPIP Always`, `VXLAN CrossSubnet`, `none`. */
  readonly encapsulation: Reading<readonly string[]>;
}

export type Dataplane = "ebpf" | "iptables" | "nftables";

/** The first releases that can do without iptables (upstream's release notes). */
const firstEbpf = "v3.13.0";
const firstNftables = "v3.29.0";

export function networkOf(set: CalicoDaemonSet, cluster: ClusterFacts): Network {
  const { type } = set.datastore;
  const readings = type === "unknown" ? cluster : withoutEtcd(cluster, known(type));
  return {
    policyOnly: set.backend === "unknown" ? "unknown" : set.backend === "none",
    dataplane: dataplaneOf(set, readings),
    encapsulation: map(readings.ipPools, encapsulations),
  };
}

function dataplaneOf(set: CalicoDaemonSet, readings: ClusterFacts): Reading<Dataplane> {
  const since = (first: string): boolean => {
    const versions = set.release.candidates.flatMap((name) => parseVersion(name) ?? []);
    return versions.length === 0 || versions.some((version) => atLeast(version, first));
  };
  if (!since(firstEbpf)) return known("iptables");
  const own = known(set.daemonSet);
  const maps = configMapsIn(set.namespace, readings.configMaps);
  const ebpf = ebpfOf(readings, own, maps);
  if (!ebpf.known) return ebpf;
  if (ebpf.value) return known("ebpf");
  if (!since(firstNftables)) return known("iptables");
  const nftables = nftablesOf(readings.felixConfigurations, own, maps);
  if (nftables === "unknown")
    return readings.felixConfigurations.known
      ? map(own, () => unclear("each node decides between iptables and nftables"))
      : readings.felixConfigurations;
  return known(nftables ? "nftables" : "iptables");
}

function encapsulations(pools: readonly CalicoObject[]): readonly string[] {
  return [...new Set(pools.filter(({ spec }) => spec["disabled"] !== true).map(encapsulationOf))].toSorted();
}

/** `ipip` is what releases before v3.0 write. */
function encapsulationOf({ spec }: CalicoObject): string {
  const { vxlanMode, ipipMode } = spec;
  if (isOn(vxlanMode)) return `VXLAN ${vxlanMode}`;
  if (isOn(ipipMode)) return `IPIP ${ipipMode}`;
  const old = recordOf(spec["ipip"]);
  if (old?.["enabled"] !== true) return "none";
  return old["mode"] === "cross-subnet" ? "IPIP CrossSubnet" : "IPIP Always";
}

function isOn(mode: unknown): mode is string {
  return typeof mode === "string" && mode !== "" && mode !== "Never";
}
