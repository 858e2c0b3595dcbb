import { ownersOf } from "../../../model/owner.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 5. */
export const byHelm = clusterRule({
  id: "O04",
  severity: "error",
  page: {
    title: "calico-node is not part of a Helm release",
    why: "Helm compares with what it applied last: changes beside it are lost with the next helm upgrade, or make it fail.",
    detected: "the annotation meta.helm.sh/release-name and the labels of Helm and Tiller",
    fix: "Upgrade it with helm upgrade.",
    sources: [
      "https://helm.sh/docs/faq/changes_since_helm2/#improved-upgrade-strategy-3-way-strategic-merge-patches",
    ],
  },
  needs: ["daemonSet"],
  steps: ["controller", "configmap", "apply"],
  check({ daemonSet }) {
    const owner = ownersOf(daemonSet).find(({ kind }) => kind === "helm");
    if (owner === undefined) return { outcome: "pass", because: "no mark of Helm on calico-node" };
    return {
      outcome: "fail",
      because: `${owner.name} installed calico-node: what is applied beside it is lost with the next helm upgrade, or makes that fail`,
      evidence: [
        {
          object: `DaemonSet ${daemonSet.namespace}/${daemonSet.name}`,
          field: "mark",
          value: owner.evidence,
        },
      ],
      fix: "upgrade it with helm upgrade",
    };
  },
});
