import { clusterRule } from "../../cluster-rule.ts";

/** `k8s-app` of the controllers' pods (calico-facts 1.3). */
const labels = new Set(["calico-kube-controllers", "calico-policy"]);

/** Hazard H24: Recreate waits for the old pod, and on a silent node that one never ends. */
export const controllerEnds = clusterRule({
  id: "H24",
  severity: "error",
  page: {
    title: "never two controllers, and the time without one is told",
    why: "With etcd new policies, namespaces and label changes take no effect while no controller runs; with the Kubernetes datastore only the clean-up of addresses pauses. An old controller pod that is Terminating on a silent node holds the new one back.",
    detected: "the controller's pods, and the nodes that they are on",
    fix: "Bring the silent node back, or remove it from the cluster; the pod is never force-deleted.",
    sources: [
      "documentation of v2.5 (getting-started/kubernetes/upgrade)",
      "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment",
    ],
  },
  needs: ["pods", "nodes"],
  steps: ["controller", "apply"],
  check({ pods, nodes }) {
    const silent = new Set(nodes.filter(({ ready }) => ready === "unknown").map(({ name }) => name));
    const held = pods.filter(
      ({ labels: own, deletedAt, node }) =>
        labels.has(own["k8s-app"] ?? "") && deletedAt !== undefined && node !== undefined && silent.has(node),
    );
    const [first] = held;
    if (first === undefined)
      return { outcome: "pass", because: "no old controller pod is Terminating on a silent node" };
    return {
      outcome: "fail",
      because: `controller pod ${first.name} is Terminating on node ${first.node ?? ""}, whose kubelet is silent: the new one waits for it`,
      evidence: held.map(({ namespace, name, node = "" }) => ({
        object: `Pod ${namespace}/${name}`,
        field: "spec.nodeName",
        value: node,
      })),
      fix: `bring node ${first.node ?? ""} back, or remove it from the cluster; the pod is never force-deleted`,
    };
  },
});
