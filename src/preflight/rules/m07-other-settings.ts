import { isOtherLoss } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** Calico-facts 6, row 16. */
export const otherSettings = settingsRule({
  id: "M07",
  severity: "warning",
  steps: ["apply"],
  which: isOtherLoss,
  kept: "no other setting of calico-node is changed or lost",
});
