import { manifestsCompared } from "../../../releases/citations.ts";
import { settings } from "../../settings.ts";
import { settingsRule } from "../../template-rule.ts";

/** Calico-facts 1.6: veth_mtu and its relatives. */
export const mtu = settingsRule({
  id: "M06",
  severity: "warning",
  page: {
    title: "the MTU stays the same",
    why: "New pods get the file's MTU. Larger than the network takes, their large packets are lost.",
    detected: "veth_mtu, CNI_MTU and the FELIX_*MTU settings, live and in the file",
    fix: "Set in the file what the cluster has.",
    sources: [manifestsCompared, "https://docs.tigera.io/calico/latest/networking/configuring/mtu"],
  },
  steps: ["apply"],
  which: settings.mtu,
  kept: "the MTU is the same",
});
