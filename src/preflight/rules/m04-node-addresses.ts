import { settings } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** Calico-facts 1.6. */
export const nodeAddresses = settingsRule({
  id: "M04",
  severity: "error",
  steps: ["node", "apply"],
  which: settings.addresses,
  kept: "the settings by which nodes find their addresses are the same",
});
