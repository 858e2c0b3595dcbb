import { settings } from "../../settings.ts";
import type { Change } from "../../template-pair.ts";
import { settingsRule } from "../../template-rule.ts";

/** Calico-facts 6, row 29. */
export const encapsulation = settingsRule({
  id: "M10",
  severity: "error",
  page: {
    title: "traffic between nodes is carried as before",
    why: "Nodes that encapsulate and nodes that do not, or BGP and VXLAN, do not reach each other's pods while the upgrade is under way.",
    detected:
      "calico_backend, CALICO_IPV4POOL_IPIP, CALICO_IPV4POOL_VXLAN, FELIX_IPINIPENABLED and FELIX_VXLANENABLED, live and in the file",
    fix: "Keep the encapsulation in this upgrade, and change it in a step of its own.",
    sources: [
      "https://github.com/kubernetes-sigs/kubespray/issues/8691",
      "https://github.com/kubernetes-sigs/kubespray/pull/8167",
    ],
  },
  steps: ["node", "apply"],
  which: (change) =>
    (settings.backend(change) && other(change)) ||
    (settings.encapsulation(change) && isOn(change.live) !== isOn(change.file)),
  kept: "networking backend and encapsulation are the same",
  // Pools that exist keep their own encapsulation, whatever the environment says.
  weigh: (changes) => (changes.some(settings.backend) ? "error" : "warning"),
});

/** Nothing set means BIRD: CALICO_NETWORKING_BACKEND=bird, before v1.6 CALICO_NETWORKING=true. */
function other({ live = "", file = "" }: Change): boolean {
  return [live, file].some((value) => !/^(|bird|true)$/.test(value));
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|never|off|false)$/i.test(value.trim());
}
