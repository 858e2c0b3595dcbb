import { isOn, isOtherBackend, isSwitched } from "../../../merge/switched.ts";
import { poolsDecide } from "../../pools-decide.ts";
import { settingsRule } from "../../setting-rule.ts";
import type { Setting } from "../../settings.ts";

/** Calico-facts 6, row 29. */
export const encapsulation = settingsRule({
  id: "M10",
  severity: "error",
  page: {
    title: "traffic between nodes is carried as before",
    why: "Nodes that encapsulate and nodes that do not, or BGP and VXLAN, do not reach each other's pods while the upgrade is under way. With eBPF, services work another way on each node that has it.",
    detected:
      "calico_backend, CALICO_IPV4POOL_IPIP, CALICO_IPV4POOL_VXLAN, FELIX_IPINIPENABLED, FELIX_VXLANENABLED, FELIX_BPFENABLED and flannel's net-conf.json, as they are and as the apply would leave them; and the pools that exist, which stay as they are",
    fix: "Use the manifest of the same kind (calico.yaml, calico-vxlan.yaml, calico-bpf.yaml), and change encapsulation or dataplane in a step of its own.",
    sources: [
      "https://github.com/kubernetes-sigs/kubespray/issues/8691",
      "https://github.com/kubernetes-sigs/kubespray/pull/8167",
    ],
  },
  looks: ["ipPools"],
  kinds: ["backend", "encapsulation", "dataplane"],
  which: (setting) => (setting.kind === "backend" ? isOtherBackend(setting) : isOnAnywhere(setting)),
  // Whoever changed it: another backend cuts nodes off.
  counts: (setting) => isOtherBackend(setting) || (setting.kind !== "backend" && isSwitched(setting)),
  ofUnknown: "warning",
  kept: "networking backend, encapsulation and dataplane are the same",
  weigh(found, readings) {
    if (found.some((each) => isOtherBackend(each) || each.kind === "dataplane")) return { severity: "error" };
    const ofPools = found.every(({ variable = "" }) => variable.startsWith("CALICO_IPV"));
    const byPools = ofPools ? poolsDecide(readings) : {};
    if (byPools.severity !== undefined) return byPools;
    // Upstream changes it for everybody, and every node's pools are there.
    return found.every(({ group }) => group === "upstream") ? { severity: "warning" } : {};
  },
});

function isOnAnywhere({ before, after }: Setting): boolean {
  return isOn(before) || isOn(after);
}
