import { manifestsCompared } from "../../../releases/citations.ts";
import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 1.6. */
export const nodeAddresses = settingsRule({
  id: "M04",
  severity: "error",
  page: {
    title: "the nodes' own addresses are found as before",
    why: "Without the setting calico-node takes the first address that it finds: BGP sessions and tunnels of a node then end at another interface.",
    detected:
      "IP, IP6, IP_AUTODETECTION_METHOD, IP6_AUTODETECTION_METHOD, NODENAME, AS and CALICO_ROUTER_ID of calico-node, and canal_iface, as they are and as the apply would leave them",
    fix: "Set in the file what the live DaemonSet has.",
    sources: [manifestsCompared, "https://docs.tigera.io/calico/latest/networking/ipam/ip-autodetection"],
  },
  kinds: ["addresses"],
  ofUnknown: "error",
  kept: "the settings by which nodes find their addresses are the same",
});
