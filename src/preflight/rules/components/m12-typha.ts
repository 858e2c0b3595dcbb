import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 1.4. */
export const typhaKept = settingsRule({
  id: "M12",
  severity: "warning",
  page: {
    title: "Typha stays in use, or out of it",
    why: "A file without Typha makes every calico-node watch the API server itself; one with Typha needs its Service and Deployment first.",
    detected: "FELIX_TYPHAK8SSERVICENAME of calico-node, live and in the file, and the file's Typha",
    fix: "Take the manifest with Typha (calico-typha.yaml) where Typha runs, and the one without where it does not.",
    sources: ["manifests of v3.0 and newer", "https://docs.tigera.io/calico/latest/reference/typha/overview"],
  },
  kinds: ["typha"],
  counts: () => true,
  ofUnknown: "warning",
  kept: "Typha is used as before, or not used as before",
});
