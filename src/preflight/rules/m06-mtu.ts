import { settings } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** Calico-facts 1.6: veth_mtu and its relatives. */
export const mtu = settingsRule({
  id: "M06",
  severity: "warning",
  steps: ["apply"],
  which: settings.mtu,
  kept: "the MTU is the same",
});
