import { poolsDecide } from "../../pools-decide.ts";
import { settingsRule } from "../../setting-rule.ts";
import type { Setting } from "../../settings.ts";

/** Calico-facts 6, row 29. */
export const encapsulation = settingsRule({
  id: "M10",
  severity: "error",
  page: {
    title: "traffic between nodes is carried as before",
    why: "Nodes that encapsulate and nodes that do not, or BGP and VXLAN, do not reach each other's pods while the upgrade is under way.",
    detected:
      "calico_backend, CALICO_IPV4POOL_IPIP, CALICO_IPV4POOL_VXLAN, FELIX_IPINIPENABLED, FELIX_VXLANENABLED and flannel's net-conf.json, as they are and as the apply would leave them; and the pools that exist, which stay as they are",
    fix: "Keep the encapsulation in this upgrade, and change it in a step of its own.",
    sources: [
      "https://github.com/kubernetes-sigs/kubespray/issues/8691",
      "https://github.com/kubernetes-sigs/kubespray/pull/8167",
    ],
  },
  looks: ["ipPools"],
  kinds: ["backend", "encapsulation"],
  which: (setting) => (setting.kind === "backend" ? isOtherBackend(setting) : isOnAnywhere(setting)),
  // Whoever changed it: another backend cuts nodes off.
  counts: (setting) => isOtherBackend(setting) || isSwitched(setting),
  ofUnknown: "warning",
  kept: "networking backend and encapsulation are the same",
  weigh(found, readings) {
    if (found.some(isOtherBackend)) return { severity: "error" };
    const ofPools = found.every(({ variable = "" }) => variable.startsWith("CALICO_IPV"));
    const byPools = ofPools ? poolsDecide(readings) : {};
    if (byPools.severity !== undefined) return byPools;
    // Upstream changes it for everybody, and every node's pools are there.
    return found.every(({ group }) => group === "upstream") ? { severity: "warning" } : {};
  },
});

/** Nothing set means BIRD: CALICO_NETWORKING_BACKEND=bird, before v1.6 CALICO_NETWORKING=true. */
function isOtherBackend({ kind, before, after }: Setting): boolean {
  return kind === "backend" && [before, after].some((value) => !/^(|bird|true)$/.test(textOf(value)));
}

/** On where it was off, or off where it was on. */
function isSwitched({ kind, before, after }: Setting): boolean {
  return kind === "encapsulation" && isOn(textOf(before)) !== isOn(textOf(after));
}

function isOnAnywhere({ before, after }: Setting): boolean {
  return isOn(textOf(before)) || isOn(textOf(after));
}

function isOn(value: string): boolean {
  return !/^(|never|off|false)$/i.test(value.trim());
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
