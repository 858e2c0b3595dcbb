import type { Backend } from "../model/backend.ts";
import type { CalicoObject } from "../model/calico-object.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { known, type Reading, type Truth } from "../model/reading.ts";
import { calicoNodeContainer } from "../model/template.ts";
import { both, map, unclearReading } from "./follows.ts";

type DataplaneReadings = Pick<ClusterFacts, "felixConfigurations" | "ipPools">;

/** Felix takes its environment before any FelixConfiguration (Felix's configuration reference). */
export function ebpfOf(
  { felixConfigurations }: DataplaneReadings,
  set: Reading<DaemonSetFacts>,
  maps: readonly ConfigMapFacts[],
): Reading<boolean> {
  // Its environment wins, so without it nothing is told.
  if (!set.known) return set;
  return (
    inEnvironment("FELIX_BPFENABLED", set, maps) ?? map(felixConfigurations, (all) => isOn(all, "bpfEnabled"))
  );
}

/** Without a word to Felix it is the pools that turn VXLAN on. */
export function vxlanOf(
  { felixConfigurations, ipPools }: DataplaneReadings,
  set: Reading<DaemonSetFacts>,
  maps: readonly ConfigMapFacts[],
  mode: Reading<Exclude<Backend, "unknown">>,
): Reading<boolean> {
  if (!set.known) return set;
  if (mode.known && mode.value === "vxlan") return known(true);
  const stated = inEnvironment("FELIX_VXLANENABLED", set, maps);
  if (stated !== undefined) return stated;
  const byPools = both(felixConfigurations, ipPools, (configurations, pools) => {
    if (isOn(configurations, "vxlanEnabled")) return true;
    const off = configurations.some(({ name, spec }) => name === "default" && spec["vxlanEnabled"] === false);
    return (
      !off && pools.some(({ spec }) => spec["vxlanMode"] === "Always" || spec["vxlanMode"] === "CrossSubnet")
    );
  });
  // A backend that could not be read may be VXLAN.
  return mode.known || (byPools.known && byPools.value) ? byPools : mode;
}

/** nftablesMode: Enabled, Disabled (the default) or Auto, which each node decides (Felix's configuration reference). */
export function nftablesOf(
  configurations: Reading<readonly CalicoObject[]>,
  set: Reading<DaemonSetFacts>,
  maps: readonly ConfigMapFacts[],
): Truth {
  if (!set.known) return "unknown";
  const container = calicoNodeContainer(set.value.template);
  const own = maps.filter(({ namespace }) => namespace === set.value.namespace);
  const found = container === undefined ? undefined : envValue(container, "FELIX_NFTABLESMODE", own);
  if (found === "unknown") return "unknown";
  if (found !== undefined && found.value !== "") return modeOn(found.value);
  if (!configurations.known) return "unknown";
  const modes = configurations.value.map(({ spec }) => modeOn(spec["nftablesMode"]));
  if (modes.includes(true)) return true;
  return modes.includes("unknown") ? "unknown" : false;
}

function modeOn(mode: unknown): Truth {
  const text = typeof mode === "string" ? mode.toLowerCase() : "disabled";
  return text === "auto" ? "unknown" : text === "enabled";
}

/** For all nodes or for one. */
function isOn(all: readonly CalicoObject[], field: string): boolean {
  return all.some(({ spec }) => spec[field] === true);
}

/** What Felix takes for yes and no (felix/config, BoolParam). */
const yes = ["true", "1", "yes", "y", "t"];
const no = ["false", "0", "no", "n", "f"];

/** undefined: calico-node's environment says nothing of it. */
function inEnvironment(
  name: string,
  set: Reading<DaemonSetFacts>,
  maps: readonly ConfigMapFacts[],
): Reading<boolean> | undefined {
  const container = set.known ? calicoNodeContainer(set.value.template) : undefined;
  const found = container === undefined ? undefined : envValue(container, name, maps);
  if (found === undefined) return undefined;
  if (found === "unknown") return unclearReading(`${name} of calico-node cannot be told`);
  const value = found.value.trim().toLowerCase();
  if (value === "") return undefined;
  if (yes.includes(value)) return known(true);
  return no.includes(value)
    ? known(false)
    : unclearReading(`${name} of calico-node is neither true nor false: ${found.value}`);
}
