import { ownersOf } from "../../../model/owner.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H12: the addon manager writes its objects again every minute. */
export const addonManager = clusterRule({
  id: "O05",
  severity: "error",
  page: {
    title: "the addon manager does not keep calico-node as it is",
    why: "With the label addonmanager.kubernetes.io/mode=Reconcile Kubernetes' addon manager applies its own file again every minute.",
    detected: "the labels addonmanager.kubernetes.io/mode and kubernetes.io/cluster-service",
    fix: "Put the new manifest where the addon manager reads it, on every control-plane node; or take the file and the label away.",
    sources: [
      "https://github.com/kubernetes/kubernetes/tree/master/cluster/addons/addon-manager",
      "tigera/operator pkg/controller/migration/convert",
    ],
  },
  needs: ["daemonSet"],
  steps: ["controller", "configmap", "apply"],
  check({ daemonSet }) {
    const owner = ownersOf(daemonSet).find(({ kind }) => kind === "addon");
    if (owner === undefined)
      return { outcome: "pass", because: "no mark of the addon manager on calico-node" };
    const evidence = [
      { object: `DaemonSet ${daemonSet.namespace}/${daemonSet.name}`, field: "label", value: owner.evidence },
    ];
    return {
      outcome: "fail",
      severity: owner.reverts ? "error" : "warning",
      because: owner.reverts
        ? `Kubernetes' addon manager puts its own manifest back (${owner.evidence})`
        : `Kubernetes' addon manager made calico-node and leaves it alone (${owner.evidence})`,
      evidence,
      fix: "put the new manifest into /etc/kubernetes/addons of every control-plane node, or take the file and the label away",
    };
  },
});
