import type { Words } from "./shape.ts";

/** Who owns the install (calico-facts 5). */
export const ownershipWords = {
  O01: {
    title: "the install is not between a manifest and the operator",
    why: "While the operator takes over a manifest install both keep a calico-node; whatever is changed meanwhile breaks the move.",
    detected:
      "the node label projectcalico.org/operator-node-migration, the operator's Installation and the calico-node DaemonSets",
    fix: "Let the migration to the operator finish first: kubectl get tigerastatus calico.",
    sources: [
      "documentation of the operator migration (operations/operator-migration)",
      "https://github.com/tigera/operator",
    ],
  },
  O02: {
    title: "Calico is not run by the operator",
    why: "The operator puts back what others change: a DaemonSet, a Deployment or a ConfigMap that is changed by hand is as before a moment later.",
    detected: "owner references and labels of calico-node's DaemonSets, and the operator's Installation",
    fix: "Upgrade the operator: the new release's CRDs (kubectl apply --server-side --force-conflicts), then its tigera-operator.yaml.",
    sources: [
      "https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade",
      "https://github.com/projectcalico/calico/issues/7971",
    ],
  },
  O03: {
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
  O04: {
    title: "calico-node is not part of a Helm release",
    why: "Helm compares with what it applied last: changes beside it are lost with the next helm upgrade, or make it fail.",
    detected: "the annotation meta.helm.sh/release-name and the labels of Helm and Tiller",
    fix: "Upgrade it with helm upgrade.",
    sources: [
      "https://helm.sh/docs/faq/changes_since_helm2/#improved-upgrade-strategy-3-way-strategic-merge-patches",
    ],
  },
  O05: {
    title: "the addon manager does not keep calico-node as it is",
    why: "With the label addonmanager.kubernetes.io/mode=Reconcile Kubernetes' addon manager applies its own file again every minute.",
    detected: "the labels addonmanager.kubernetes.io/mode and kubernetes.io/cluster-service",
    fix: "Put the new manifest where the addon manager reads it, on every control-plane node; or take the file and the label away.",
    sources: [
      "https://github.com/kubernetes/kubernetes/tree/master/cluster/addons/addon-manager",
      "tigera/operator pkg/controller/migration/convert",
    ],
  },
  O06: {
    title: "no GitOps tool or other controller puts calico-node back",
    why: "Argo CD and Flux apply what stands in a repository: the pinned strategy goes back in the middle of an upgrade, and all nodes restart.",
    detected: "marks of Argo CD and Flux, and owner references, on calico-node's DaemonSet",
    fix: "Suspend them for Calico's objects, and put the new manifest into the repository.",
    sources: [
      "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/",
      "https://fluxcd.io/flux/components/kustomize/kustomizations/#suspend",
    ],
  },
  O07: {
    title: "no operator waits beside a manifest install",
    why: "As soon as there is an Installation the operator takes the manifest install over, in the middle of whatever is done to it.",
    detected: "the Deployment tigera-operator, the Installation, and who runs calico-node",
    fix: "Scale the operator to 0 for the time of the upgrade, or migrate to it first.",
    sources: [
      "documentation of the operator migration (operations/operator-migration)",
      "https://github.com/tigera/operator/pull/3157",
    ],
  },
  O08: {
    title: "the operator that runs Calico is up",
    why: "Nobody repairs an operator install while the operator is down; in one case the controller it no longer watched deleted every block of addresses.",
    detected: "the Deployment tigera-operator where calico-node is the operator's",
    fix: "Bring the operator back at the release that runs, then upgrade.",
    sources: ["https://github.com/tigera/operator/issues/4688"],
  },
  O09: {
    title: "the operator reports nothing degraded",
    why: "An operator that does not get on with the present release does not get on with the next either.",
    detected: "the conditions of TigeraStatus objects",
    fix: "kubectl describe tigerastatus names the reason.",
    sources: ["https://github.com/projectcalico/calico/issues/10569"],
  },
} as const satisfies Readonly<Record<string, Words>>;
