import { clusterRule } from "../cluster-rule.ts";
import { objectOf } from "../seen.ts";

/** Calico-facts 1.2 and 4.3, B07. */
export const strategy = clusterRule({
  id: "B07",
  severity: "warning",
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
      fix: "kubectl calico-upgrade node --all -f FILE holds it at OnDelete until every node is done",
    };
  },
});
