import { settings } from "../settings.ts";
import { settingsRule } from "../template-rule.ts";

/** The published manifests leave etcd_endpoints to be filled in. */
export const sameEtcd = settingsRule({
  id: "M11",
  severity: "error",
  steps: ["node", "apply"],
  which: settings.etcd,
  kept: "the file names the same etcd, or none",
});
