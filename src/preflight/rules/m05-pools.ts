import { settings } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** Calico-facts 1.6: they act where no pool exists yet. */
export const pools = settingsRule({
  id: "M05",
  severity: "warning",
  steps: ["apply"],
  which: settings.pools,
  kept: "the pools that calico-node would make are the same",
});
