import { poolsDecide, poolsOfFile } from "../../pools-decide.ts";
import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 1.6: they act where no pool exists yet. */
export const pools = settingsRule({
  id: "M05",
  severity: "error",
  page: {
    title: "the address pools that calico-node would make stay the same",
    why: "These settings act where no pool exists yet: a node that starts then makes one with the file's range.",
    detected:
      "CALICO_IPV4POOL_CIDR, its IPv6 and block size relatives and NO_DEFAULT_POOLS, as they are and as the apply would leave them; and the pools that exist, which stay as they are, also where none has the file's range",
    fix: "Set in the file what the live DaemonSet has.",
    sources: ["https://github.com/projectcalico/calico/issues/314", "manifests of v2.0, v2.1 and v3.13"],
  },
  looks: ["ipPools"],
  kinds: ["pools"],
  ofUnknown: "warning",
  kept: "the pools that calico-node would make are the same",
  otherwise: poolsOfFile,
  weigh: (_found, readings) => poolsDecide(readings),
});
