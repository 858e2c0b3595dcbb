import { manifestsCompared } from "../../../releases/citations.ts";
import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 1.6: veth_mtu and its relatives. */
export const mtu = settingsRule({
  id: "M06",
  severity: "error",
  page: {
    title: "the MTU stays the same",
    why: "New pods get the file's MTU. Larger than the network takes, their large packets are lost.",
    detected:
      "veth_mtu, CNI_MTU and the FELIX_*MTU settings, as they are and as the apply would leave them; what upstream itself changed is none of yours",
    fix: "Set in the file what the cluster has.",
    sources: [manifestsCompared, "https://docs.tigera.io/calico/latest/networking/configuring/mtu"],
  },
  kinds: ["mtu"],
  ofUnknown: "warning",
  kept: "the MTU is the same",
});
