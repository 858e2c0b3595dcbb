import { settings } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** Calico-facts 1.4. */
export const typhaKept = settingsRule({
  id: "M12",
  severity: "warning",
  steps: ["apply"],
  which: (change) => settings.typha(change) && service(change.live) !== service(change.file),
  kept: "Typha is used as before, or not used as before",
});

function service(value: string | undefined): string {
  return value === undefined || value === "" ? "none" : value;
}
