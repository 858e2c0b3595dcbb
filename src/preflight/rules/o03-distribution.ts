import { calicoOwners } from "../../facts/owners.ts";
import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 5: RKE2, kOps, kubespray, microk8s, k0s, k3s ship their own copies. */
export const distribution = clusterRule({
  id: "O03",
  severity: "error",
  needs: ["daemonSet", "configMaps"],
  steps: ["controller", "configmap", "apply"],
  check({ daemonSet, configMaps }) {
    const object = `DaemonSet ${daemonSet.namespace}/${daemonSet.name}`;
    const owner = calicoOwners(daemonSet, configMaps).find(({ kind }) => kind === "distribution");
    if (owner === undefined) return { outcome: "pass", because: "no mark of a distribution on calico-node" };
    const { name, evidence } = owner;
    return {
      outcome: "fail",
      because: `this Calico is part of ${name} (${evidence}), which brings its own manifest back`,
      evidence: [{ object, field: "mark", value: evidence }],
      fix:
        name === "microk8s"
          ? "take its cni.yaml of the new version (microk8s does not upgrade Calico by itself)"
          : `upgrade it with ${name}`,
    };
  },
});
