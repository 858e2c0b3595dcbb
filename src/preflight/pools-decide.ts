import type { PreflightFacts } from "./facts.ts";
import type { Weight } from "./setting-rule.ts";
import { some } from "./some.ts";

/** The settings by which calico-node makes a pool count only where there is none. */
export function poolsDecide({ ipPools }: PreflightFacts): Weight {
  if (!ipPools.known || ipPools.value.length === 0) return {};
  const pools = ipPools.value.map(({ name, spec }) => {
    const modes = (["ipipMode", "vxlanMode"] as const).flatMap((mode) => {
      const value = spec[mode];
      return typeof value === "string" && value !== "Never" ? [`${mode} ${value}`] : [];
    });
    const { cidr } = spec;
    return [typeof cidr === "string" ? `${name} ${cidr}` : name, ...modes].join(", ");
  });
  return {
    severity: "warning",
    although: `IPPool ${some(pools)} ${pools.length === 1 ? "stays" : "stay"} as ${pools.length === 1 ? "it is" : "they are"}: this setting only counts when no pool exists`,
  };
}
