import { settingsRule } from "../../setting-rule.ts";

/** Issue trackers of Calico and its distributions: chained plugins, forwarding in pods, dual stack. */
export const cniConfigKept = settingsRule({
  id: "M20",
  severity: "error",
  page: {
    title: "your CNI configuration is kept",
    why: "install-cni writes the file's cni_network_config to every node: new pods then start without the plugins, sysctls and addresses that were added to it.",
    detected:
      "cni_network_config, plugin by plugin: as it is in upstream's manifest of the release that runs, in the cluster, and after the apply",
    fix: "Put what you added into cni_network_config of the file.",
    sources: [
      "https://docs.tigera.io/calico/latest/reference/configure-cni-plugins",
      "https://www.cni.dev/docs/spec/#section-1-network-configuration-format",
    ],
  },
  kinds: ["cni"],
  kept: "the CNI configuration has nothing of your own that the file changes",
});
