import type { PreflightFacts } from "./facts.ts";
import type { CalicoObject } from "../model/calico-object.ts";
import { unknownBecause, type CheckResult } from "./rule.ts";
import { environmentOf, envSeen, specSeen, envOf } from "./seen.ts";
import type { Weight } from "./setting-rule.ts";
import { some } from "./some.ts";
import type { TargetManifest } from "./subject.ts";

/** The settings by which calico-node makes a pool count only where there is none. */
export function poolsDecide({ ipPools }: PreflightFacts): Weight {
  if (!ipPools.known || ipPools.value.length === 0) return {};
  const pools = ipPools.value.map(poolText);
  return {
    severity: "warning",
    although: `${stayText(pools)}: this setting only counts when no pool exists`,
  };
}

/** A range that the file's calico-node would make a pool of, and that no pool has: it comes to nothing. */
export function poolsOfFile({ facts }: TargetManifest, { ipPools }: PreflightFacts): CheckResult | undefined {
  if (!facts.daemonSets.known) return undefined;
  const maps = facts.configMaps.known ? facts.configMaps.value : [];
  const [wanted] = facts.daemonSets.value.flatMap((set) => {
    const environment = environmentOf(set, maps);
    return envOf(environment, variable)
      .filter(({ value }) => value !== "" && value !== "unknown")
      .map(({ container, value }) => ({ value, seen: envSeen(environment, container, variable, value) }));
  });
  if (wanted === undefined) return undefined;
  if (!ipPools.known)
    return {
      outcome: "unknown",
      severity: "info",
      because: `${unknownBecause("ipPools", ipPools)}: whether a pool has ${variable} ${wanted.value} of the file cannot be told`,
    };
  const here = ipPools.value.filter(({ spec: { cidr } }) => typeof cidr === "string" && !cidr.includes(":"));
  if (here.length === 0) return undefined;
  if (here.some(({ spec: { cidr } }) => cidr === wanted.value)) return undefined;
  return {
    outcome: "fail",
    severity: "info",
    because: `${stayText(here.map(poolText))}: ${variable} ${wanted.value} of the file only counts when no pool exists`,
    evidence: [wanted.seen, ...here.map((pool) => specSeen("IPPool", pool, "cidr"))],
    fix: "nothing, if the pool is meant; to move pods to other addresses, add an IPPool and follow Calico's page on migrating between IP pools",
  };
}

const variable = "CALICO_IPV4POOL_CIDR";

function stayText(pools: readonly string[]): string {
  return `IPPool ${some(pools)} ${pools.length === 1 ? "stays as it is" : "stay as they are"}`;
}

function poolText({ name, spec }: CalicoObject): string {
  const modes = (["ipipMode", "vxlanMode"] as const).flatMap((mode) => {
    const value = spec[mode];
    return typeof value === "string" && value !== "Never" ? [`${mode} ${value}`] : [];
  });
  const { cidr } = spec;
  return [typeof cidr === "string" ? `${name} ${cidr}` : name, ...modes].join(", ");
}
