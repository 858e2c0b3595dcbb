import type { PreflightFacts } from "./facts.ts";
import type { Evidence } from "./finding.ts";
import { unknownBecause } from "./rule.ts";
import type { StepMet } from "./step-met.ts";
import { some } from "./some.ts";

/** Old kind and new one; both sides have the same names (tpr-to-crd: lower-cased, CIDRs with dashes). */
const sides = [
  ["oldGlobalConfigs", "globalFelixConfigs", "GlobalConfig"],
  ["oldIpPools", "ipPools", "IpPool"],
  ["oldGlobalBgpConfigs", "globalBgpConfigs", "GlobalBgpConfig"],
  ["oldGlobalBgpPeers", "bgpPeers", "GlobalBgpPeer"],
  ["systemNetworkPolicies", "globalNetworkPolicies", "SystemNetworkPolicy"],
] as const;

export const thirdPartyReadings = sides.flatMap(([old, now]) => [old, now]);

/** Old Calico kept its objects here; what lies elsewhere it never read. */
const oldNamespace = "kube-system";

/** Objects that only the old side has. */
export interface Uncopied {
  readonly missing: readonly Evidence[];
  readonly copied: number;
}

/** Where a new kind is not served yet nothing has been copied; where a list is refused, that is reported. */
export function uncopied(readings: PreflightFacts): Uncopied | { readonly unknown: string } {
  // Without discovery an empty list may be one that nobody could ask for.
  if (!readings.served.known) return { unknown: unknownBecause("served", readings.served) };
  const missing: Evidence[] = [];
  let copied = 0;
  for (const [old, now, kind] of sides) {
    const [before, after] = [readings[old], readings[now]];
    if (!before.known) return { unknown: unknownBecause(old, before) };
    if (!after.known && after.why !== "not served") return { unknown: unknownBecause(now, after) };
    const there = new Set(after.known ? after.value.map(({ name }) => name) : []);
    for (const { name, namespace } of before.value) {
      if (namespace !== oldNamespace) continue;
      if (there.has(name)) copied += 1;
      else missing.push({ object: `${kind} ${name}`, field: "metadata.name", value: name });
    }
  }
  return { missing, copied };
}

/** P03 holds when every old object has its new one; D01 reports them one by one. */
export const thirdPartyMet: StepMet = {
  when: { crosses: "v2.5.0", datastore: "kubernetes" },
  looks: thirdPartyReadings,
  answer(readings, because) {
    const found = uncopied(readings);
    if ("unknown" in found) return { outcome: "unknown", because: found.unknown };
    const { missing: left } = found;
    return left.length === 0
      ? {
          outcome: "pass",
          because: `${because}; ${found.copied} of ${found.copied} objects are there by name; migrate-data compares their content, and so do node and apply before they go on (H28)`,
        }
      : {
          outcome: "fail",
          because: `${because}; not copied: ${some(left.map(({ object }) => object))} (D01)`,
          fix: "migrate the data first",
          commands: ["kubectl calico-upgrade migrate-data"],
        };
  },
};
