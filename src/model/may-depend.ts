/** Plurals that are looked through for owners of projectcalico.org, and their groups. */
export const mayDepend: readonly (readonly [resource: string, groups: readonly string[]])[] = [
  ["configmaps", [""]],
  ["services", [""]],
  ["serviceaccounts", [""]],
  ["deployments", ["apps", "extensions"]],
  ["daemonsets", ["apps", "extensions"]],
  ["networkpolicies", ["networking.k8s.io", "extensions"]],
  ["networkpolicies", ["crd.projectcalico.org"]],
  ["globalnetworkpolicies", ["crd.projectcalico.org"]],
  ["networksets", ["crd.projectcalico.org"]],
  ["globalnetworksets", ["crd.projectcalico.org"]],
];
