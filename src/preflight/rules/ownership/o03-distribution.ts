import { envValue } from "../../../model/configmap.ts";
import { ownersOf } from "../../../model/owner.ts";
import { calicoNodeContainer } from "../../../model/template.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** What some write into CLUSTER_TYPE; the others leave marks on the object (model/owner.ts). */
const clusterTypes: readonly (readonly [RegExp, string])[] = [
  [/\bkubespray\b/, "kubespray"],
  [/\bkops\b/, "kOps"],
  [/\becs\b/, "EKS (aws-vpc-cni)"],
];

/** Calico-facts 5: RKE2, EKS, kOps, kubespray, microk8s, k0s, k3s ship their own copies. */
export const distribution = clusterRule({
  id: "O03",
  severity: "error",
  page: {
    title: "Calico is not part of a distribution",
    why: "RKE2, EKS, kOps, kubespray, microk8s, k0s and k3s ship their own copy of the manifest. Applied beside it, upstream's is taken back with their next run, or their settings are lost.",
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
    const owner = ownersOf(daemonSet).find(({ kind }) => kind === "distribution");
    const container = calicoNodeContainer(daemonSet.template);
    const type =
      container === undefined
        ? undefined
        : envValue(
            container,
            "CLUSTER_TYPE",
            configMaps.filter(({ namespace }) => namespace === daemonSet.namespace),
          );
    const told = type === undefined || type === "unknown" ? "" : type.value;
    const named = clusterTypes.find(([pattern]) => pattern.test(told))?.[1];
    const name = owner?.name ?? named;
    if (name === undefined && type === "unknown") {
      return {
        outcome: "unknown",
        severity: "warning",
        because: "CLUSTER_TYPE of calico-node could not be read",
      };
    }
    if (name === undefined) return { outcome: "pass", because: "no mark of a distribution on calico-node" };
    const evidence =
      owner === undefined
        ? { object, field: "env CLUSTER_TYPE", value: told }
        : { object, field: "mark", value: owner.evidence };
    return {
      outcome: "fail",
      because: `this Calico is part of ${name} (${evidence.value}), which brings its own manifest back`,
      evidence: [evidence],
      fix:
        name === "microk8s"
          ? "take its cni.yaml of the new version (microk8s does not upgrade Calico by itself)"
          : `upgrade it with ${name}`,
    };
  },
});
