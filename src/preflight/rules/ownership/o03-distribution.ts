import { calicoOwners } from "../../../facts/owners.ts";
import { envValue, type ConfigMapFacts } from "../../../model/configmap.ts";
import type { DaemonSetFacts } from "../../../model/daemonset.ts";
import { calicoNodeContainer } from "../../../model/template.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 5: RKE2, kOps, kubespray, microk8s, k0s, k3s ship their own copies. */
export const distribution = clusterRule({
  id: "O03",
  severity: "error",
  page: {
    title: "Calico is not part of a distribution",
    why: "RKE2, kOps, kubespray, microk8s, k0s and k3s ship their own copy of the manifest. Applied beside it, upstream's is taken back with their next run, or their settings are lost.",
    detected: "labels, annotations, images and host paths of calico-node, and CLUSTER_TYPE",
    fix: "Upgrade Calico with the distribution.",
    sources: [
      "https://github.com/canonical/microk8s/issues/3574",
      "https://github.com/kubernetes-sigs/kubespray/issues/12446",
      "https://github.com/k0sproject/k0s/issues/4066",
    ],
  },
  needs: ["daemonSet", "configMaps"],
  steps: ["controller", "configmap", "apply"],
  check({ daemonSet, configMaps }) {
    const object = `DaemonSet ${daemonSet.namespace}/${daemonSet.name}`;
    const owner = calicoOwners(daemonSet, configMaps).find(({ kind }) => kind === "distribution");
    if (owner === undefined && clusterType(daemonSet, configMaps) === "unknown")
      return {
        outcome: "unknown",
        severity: "warning",
        because: "CLUSTER_TYPE of calico-node could not be read",
      };
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

/** Many distributions name themselves there; in a Secret nobody can read it. */
function clusterType(
  { namespace, template }: Pick<DaemonSetFacts, "namespace" | "template">,
  configMaps: readonly ConfigMapFacts[],
): ReturnType<typeof envValue> {
  const container = calicoNodeContainer(template);
  const own = configMaps.filter((each) => each.namespace === namespace);
  return container === undefined ? undefined : envValue(container, "CLUSTER_TYPE", own);
}
