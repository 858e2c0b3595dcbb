import { isOperators, operatorNamespace } from "../../../model/install.ts";
import { clusterRule } from "../../cluster-rule.ts";

const operatorCommands = [
  "kubectl apply --server-side --force-conflicts -f operator-crds.yaml",
  "kubectl apply --server-side --force-conflicts -f tigera-operator.yaml",
  "kubectl get tigerastatus",
];

/** Calico-facts 5. */
export const byOperator = clusterRule({
  id: "O02",
  severity: "error",
  page: {
    title: "Calico is not run by the operator",
    why: "The operator puts back what others change: a DaemonSet, a Deployment or a ConfigMap that is changed by hand is as before a moment later.",
    detected: "owner references and labels of calico-node's DaemonSets, and the operator's Installation",
    fix: "Upgrade the operator: the new release's CRDs, then its tigera-operator.yaml.",
    commands: operatorCommands,
    sources: [
      "https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade",
      "https://github.com/projectcalico/calico/issues/7971",
    ],
  },
  needs: ["daemonSets", "installation"],
  steps: ["controller", "configmap", "node", "apply"],
  check({ daemonSets, installation }) {
    const own = daemonSets.filter(
      (set) => isOperators(set) || (installation !== undefined && set.namespace === operatorNamespace),
    );
    if (own.length === 0) return { outcome: "pass", because: "no calico-node is the operator's" };
    return {
      outcome: "fail",
      because: "the Tigera operator runs this Calico and puts back what others change",
      evidence: own.map(({ namespace, name }) => ({
        object: `DaemonSet ${namespace}/${name}`,
        field: "owner",
        value: installation === undefined ? "tigera-operator" : `Installation ${installation.name}`,
      })),
      fix: "apply the new release's CRDs, then its tigera-operator.yaml, and watch its status",
      commands: operatorCommands,
    };
  },
});
