import type { Words } from "./shape.ts";

const swapped =
  "manifests of the releases, compared: what a manifest sets replaces what was edited into the old one";

/** What a manifest would change. */
export const manifestWords = {
  M01: {
    title: "the file is a hosted manifest of Calico",
    why: "An operator's manifest, roles alone or another product's manifest do not hold what an upgrade of this install needs.",
    detected: "what the objects of the file run, never its name",
    fix: "Give the manifest that Calico is installed with, in its new version.",
    sources: [
      "https://github.com/projectcalico/calico/issues/7971",
      "documentation of the operator migration (operations/operator-migration)",
    ],
  },
  M02: {
    title: "the file is for this install: same DaemonSet, datastore and flavour",
    why: "Another name makes a second calico-node beside the first, another datastore an empty network, and Calico's own networking in place of flannel's cuts pods off.",
    detected:
      "namespace and name of the calico-node DaemonSets, their datastore, and whether flannel runs beside",
    fix: "Give the manifest of the same flavour: calico.yaml, calico-etcd.yaml, canal.yaml.",
    sources: [
      "manifests of the releases",
      "https://docs.tigera.io/calico/latest/operations/datastore-migration",
    ],
  },
  M03: {
    title: "not only the tags are new",
    why: "A release's images belong to its manifest: environment, probes, mounts, init containers and roles change with them. Tags alone end in crash loops.",
    detected: "the file's template against the live one, images left out",
    fix: "Start from upstream's manifest of the target and bring your own settings into it.",
    sources: [
      "https://github.com/projectcalico/calico/issues/4911",
      "https://github.com/k0sproject/k0s/issues/4066",
    ],
  },
  M04: {
    title: "the nodes' own addresses are found as before",
    why: "Without the setting calico-node takes the first address that it finds: BGP sessions and tunnels of a node then end at another interface.",
    detected:
      "IP, IP6, IP_AUTODETECTION_METHOD, IP6_AUTODETECTION_METHOD, NODENAME, AS and CALICO_ROUTER_ID of calico-node, live and in the file",
    fix: "Set in the file what the live DaemonSet has.",
    sources: [swapped, "https://docs.tigera.io/calico/latest/networking/ipam/ip-autodetection"],
  },
  M05: {
    title: "the address pools that calico-node would make stay the same",
    why: "These settings act where no pool exists yet: a node that starts then makes one with the file's range.",
    detected:
      "CALICO_IPV4POOL_CIDR, its IPv6 and block size relatives and NO_DEFAULT_POOLS, live and in the file",
    fix: "Set in the file what the live DaemonSet has.",
    sources: ["https://github.com/projectcalico/calico/issues/314", "manifests of v2.0, v2.1 and v3.13"],
  },
  M06: {
    title: "the MTU stays the same",
    why: "New pods get the file's MTU. Larger than the network takes, their large packets are lost.",
    detected: "veth_mtu, CNI_MTU and the FELIX_*MTU settings, live and in the file",
    fix: "Set in the file what the cluster has.",
    sources: [swapped, "https://docs.tigera.io/calico/latest/networking/configuring/mtu"],
  },
  M07: {
    title: "no other setting of calico-node is lost",
    why: "A manifest replaces the whole environment: what was added to the old one goes away without a word.",
    detected: "environment of calico-node, live and in the file, that no rule of its own looks at",
    fix: "Set in the file what was meant; upstream itself drops some settings between releases.",
    sources: [swapped, "https://github.com/aws/amazon-vpc-cni-k8s/pull/395"],
  },
  M08: {
    title: "volumes lead to the same paths of the hosts",
    why: "A distribution or a kubelet with its own directories finds the CNI plugin only where it looks; elsewhere new pods get no network.",
    detected: "volumes of the same name with another hostPath, and volumes that the file no longer has",
    fix: "Set in the file the paths that the live DaemonSet has.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2841",
      "calico cni-plugin/pkg/install (host directories)",
    ],
  },
  M09: {
    title: "calico-node keeps running on every node that it runs on",
    why: "Lost tolerations, or a new node selector or affinity, take calico-node away from nodes, and with it the network of their new pods.",
    detected:
      "which nodes the live template and the file's are for: nodeSelector, affinity, taints and tolerations",
    fix: "Put the tolerations, nodeSelector and affinity of the live DaemonSet into the file.",
    sources: [
      swapped,
      "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
    ],
  },
  M10: {
    title: "traffic between nodes is carried as before",
    why: "Nodes that encapsulate and nodes that do not, or BGP and VXLAN, do not reach each other's pods while the upgrade is under way.",
    detected:
      "calico_backend, CALICO_IPV4POOL_IPIP, CALICO_IPV4POOL_VXLAN, FELIX_IPINIPENABLED and FELIX_VXLANENABLED, live and in the file",
    fix: "Keep the encapsulation in this upgrade, and change it in a step of its own.",
    sources: [
      "https://github.com/kubernetes-sigs/kubespray/issues/8691",
      "https://github.com/kubernetes-sigs/kubespray/pull/8167",
    ],
  },
  M11: {
    title: "the file names the same etcd",
    why: "With other endpoints, or with the placeholders of the published manifest, calico-node finds no data, or that of another cluster.",
    detected: "ETCD_ENDPOINTS of calico-node, live and in the file",
    fix: "Set etcd_endpoints in the file's ConfigMap to what the cluster has, and the certificates with it.",
    sources: ["manifests of the etcd datastore: etcd_endpoints is to be filled in"],
  },
  M12: {
    title: "Typha stays in use, or out of it",
    why: "A file without Typha makes every calico-node watch the API server itself; one with Typha needs its Service and Deployment first.",
    detected: "FELIX_TYPHAK8SSERVICENAME of calico-node, live and in the file, and the file's Typha",
    fix: "Take the manifest with Typha (calico-typha.yaml) where Typha runs, and the one without where it does not.",
    sources: ["manifests of v3.0 and newer", "https://docs.tigera.io/calico/latest/reference/typha/overview"],
  },
  M13: {
    title: "images come from the registry that the nodes know",
    why: "Upstream's manifest names upstream's registry. Nodes that may pull only from a mirror, or with a secret, cannot pull from there.",
    detected: "registries of the images and imagePullSecrets, live and in the file",
    fix: "Write the mirror's name before the images, and the imagePullSecrets into the template.",
    sources: ["https://github.com/projectcalico/calico/issues/7813", "manifests of v3.30 and v3.31"],
  },
  M14: {
    title: "selectors are unchanged",
    why: "From apps/v1 on the selector of a DaemonSet or Deployment cannot be changed: the server refuses the whole object.",
    detected: "spec.selector of DaemonSets and Deployments, live and in the file",
    fix: "Give the file's object the live selector and labels; else it has to be deleted and made anew, with its pods.",
    sources: ["https://kubernetes.io/blog/2019/07/18/api-deprecations-in-1-16/"],
  },
  M15: {
    title: "bindings keep their roles",
    why: "The roleRef of a binding cannot be changed: the server refuses it, and the account stays without the new rights.",
    detected: "roleRef of RoleBindings and ClusterRoleBindings of the same name, live and in the file",
    fix: "Delete the binding and apply the file's at once: kubectl replace --force -f does both.",
    sources: [
      "https://github.com/rancher-archives/rke/issues/2527",
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example",
    ],
  },
  M16: {
    title: "the server serves every kind of the file",
    why: "An object in an apiVersion that the server does not serve is refused, after others of the file were written.",
    detected: "apiVersion and kind of every object of the file, and discovery",
    fix: "Use the manifest that this Calico release has for its Kubernetes version, or upgrade Kubernetes first.",
    sources: [
      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
      "https://github.com/projectcalico/calico/issues/4570",
    ],
  },
  M17: {
    title: "kubectl's client-side apply can hold every object",
    why: "It keeps a copy of the object in an annotation, and annotations end at 262144 bytes: larger CustomResourceDefinitions are refused.",
    detected: "the size of each object of the file, written as kubectl writes the annotation",
    fix: "kubectl apply --server-side --force-conflicts -f FILE",
    sources: [
      "https://github.com/projectcalico/calico/issues/7826",
      "https://github.com/tigera/operator/issues/2295",
    ],
  },
  M18: {
    title: "the template has what its release needs",
    why: "From v3.1 on the CNI plugin reads /var/lib/calico/nodename, from v3.4 on an init container installs it; a template without them starts, and its pods get no network.",
    detected: "hostPath volumes and init containers of the file's template, and mounts without a volume",
    fix: "Start from upstream's manifest of the target.",
    sources: ["manifests of v3.1 and v3.4", "https://github.com/projectcalico/calico/issues/2841"],
  },
  M19: {
    title: "the controller is replaced, never run twice",
    why: "With a rolling update two controllers write policies and addresses at the same time.",
    detected: "spec.strategy.type of the file's controller Deployment",
    fix: "Set spec.strategy to {type: Recreate} in the file; upstream's manifests have it.",
    sources: ["documentation of v2.5 (getting-started/kubernetes/upgrade)", "manifests of the releases"],
  },
} as const satisfies Readonly<Record<string, Words>>;
