import { pull } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { objectOf } from "../../seen.ts";

/** Calico-facts 1.2 and 4.3, B07. */
export const strategy = clusterRule({
  id: "B07",
  severity: "warning",
  page: {
    title: "applying the manifest does not restart all nodes by itself",
    why: "From v3.0 on the DaemonSet in the manifests is RollingUpdate. Where OnDelete stood before, kubectl apply alone now restarts node after node, uncordoned.",
    detected: "the update strategy of the DaemonSet",
    fix: "Upgrade with apply: it keeps the strategy at OnDelete until every node is done.",
    commands: ["kubectl calico-upgrade apply -f FILE"],
    releases: "up to v2.6 → v3.0 and newer",
    sources: [pull(1506)],
  },
  when: { crosses: "v3.0.0" },
  needs: ["daemonSet"],
  check({ daemonSet }) {
    const object = objectOf({ ...daemonSet, kind: "DaemonSet" });
    const { type } = daemonSet.strategy;
    if (type !== "OnDelete")
      return { outcome: "pass", because: `${object} is ${type} already: an apply is known to restart nodes` };
    return {
      outcome: "fail",
      because: `${object} is OnDelete, and RollingUpdate in manifests from v3.0 on: kubectl apply alone restarts every node, uncordoned`,
      evidence: [{ object, field: "spec.updateStrategy.type", value: type }],
      fix: "upgrade with apply, which keeps it at OnDelete until every node is done",
      commands: ["kubectl calico-upgrade apply -f FILE"],
    };
  },
});
