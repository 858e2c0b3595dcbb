/** What the ClusterRoles of all hosted manifests are called, v2.0 to the newest, canal's and flannel's included. */
export const upstreamClusterRoles = [
  "calico",
  "calico-cni-plugin",
  "calico-kube-controllers",
  "calico-node",
  "calico-policy-controller",
  "calico-tier-getter",
  "canal",
  "flannel",
] as const;

/** The same of their bindings. */
export const upstreamClusterRoleBindings = [
  "calico-cni-plugin",
  "calico-kube-controllers",
  "calico-node",
  "calico-policy-controller",
  "calico-tier-getter",
  "canal",
  "canal-calico",
  "canal-flannel",
] as const;
