import { clusterRule } from "../../cluster-rule.ts";
import { envSeen, environmentOf, replicasSeen, envOf } from "../../seen.ts";

/** Calico-facts 4.3, B36, and hazard H06. */
export const typha = clusterRule({
  id: "B36",
  severity: "warning",
  page: {
    title: "no Typha turns older nodes away",
    why: "It refuses Felix of v3.31 and older. Their dataplane stays as it is, but gets no updates, and their calico-node is not Ready until it is upgraded (H06).",
    detected: "replicas of Typha, and typha_service_name",
    fix: "Upgrade all nodes at once after Typha; leave no mixed cluster overnight.",
    releases: "up to v3.31 → v3.32 and newer, with Typha",
    sources: ["https://github.com/projectcalico/calico/blob/v3.32.0/typha/pkg/syncserver/sync_server.go"],
  },
  when: { crosses: "v3.32.0" },
  needs: ["workloads", "daemonSet", "configMaps"],
  check({ workloads, daemonSet, configMaps }) {
    const running = workloads.find(({ component, desired }) => component === "typha" && desired > 0);
    if (running === undefined) return { outcome: "pass", because: "no Typha runs" };
    const here = environmentOf(daemonSet, configMaps);
    const [service] = envOf(here, "FELIX_TYPHAK8SSERVICENAME");
    if (service?.value === "none" || service?.value === "")
      return { outcome: "pass", because: "nodes do not use Typha: typha_service_name is none" };
    return {
      outcome: "fail",
      because:
        "Typha of v3.32 and newer refuses older nodes: their calico-node is not Ready until it is upgraded",
      evidence: [
        replicasSeen(running),
        ...(service === undefined
          ? []
          : [envSeen(here, service.container, "FELIX_TYPHAK8SSERVICENAME", service.value)]),
      ],
      fix: "upgrade all nodes in one go after Typha, and leave no mixed cluster",
    };
  },
});
