import type { ClusterRule } from "../cluster-rule.ts";
import { replicaSet } from "../rules/b01-replicaset.ts";
import { poolJob } from "../rules/b02-pool-job.ts";
import { twoControllers } from "../rules/b03-two-controllers.ts";
import { cniFile } from "../rules/b04-cni-file.ts";
import { etcdAuthority } from "../rules/b05-etcd-authority.ts";
import { calicoctlFiles } from "../rules/b06-calicoctl-files.ts";
import { strategy } from "../rules/b07-strategy.ts";
import { kubeletMount } from "../rules/b08-kubelet-mount.ts";
import { deadPeer } from "../rules/b09-dead-peer.ts";
import { nextHop } from "../rules/b10-next-hop.ts";
import { rolesMerged } from "../rules/b11-roles-merged.ts";
import { ipam } from "../rules/b12-ipam.ts";
import { appsVersion } from "../rules/b13-apps-version.ts";
import { hostEndpoints } from "../rules/b14-host-endpoints.ts";
import { ebpfConnections } from "../rules/b15-ebpf-connections.ts";
import { order } from "../rules/b16-order.ts";
import { crdVersion } from "../rules/b17-crd-version.ts";
import { budgetVersion } from "../rules/b18-budget-version.ts";
import { helmNamespace } from "../rules/b19-helm-namespace.ts";
import { flexVolume } from "../rules/b20-flexvolume.ts";
import { podSecurity } from "../rules/b21-pod-security.ts";
import { largeCrds } from "../rules/b22-large-crds.ts";
import { cniAccount } from "../rules/b23-cni-account.ts";
import { owners } from "../rules/b24-owners.ts";
import { checksumOffload } from "../rules/b25-checksum-offload.ts";
import { tierGetter } from "../rules/b27-tier-getter.ts";
import { defaultPrefix } from "../rules/b28-default-prefix.ts";
import { gitOps } from "../rules/b29-gitops.ts";
import { kubeletVolumePath } from "../rules/b30-kubelet-volume-path.ts";
import { apiserverNamespace } from "../rules/b31-apiserver-namespace.ts";
import { registry } from "../rules/b32-registry.ts";
import { adminPolicies } from "../rules/b33-admin-policies.ts";
import { crdChart } from "../rules/b34-crd-chart.ts";
import { policyNames } from "../rules/b35-policy-names.ts";
import { typha } from "../rules/b36-typha.ts";
import { oneImage } from "../rules/b37-one-image.ts";
import { clusterRoutes } from "../rules/b38-cluster-routes.ts";
import { ebpfKernel } from "../rules/b39-ebpf-kernel.ts";
import { leftMigration } from "../rules/b40-datastore-migration.ts";
import { dikastes } from "../rules/b41-dikastes.ts";
import { autoHostEndpoints } from "../rules/b42-auto-host-endpoints.ts";

/** What changes between releases; B26 is a limit of Kubernetes versions (categories/k.ts). */
export const boundaryRules: readonly ClusterRule[] = [
  replicaSet,
  poolJob,
  twoControllers,
  cniFile,
  etcdAuthority,
  calicoctlFiles,
  strategy,
  kubeletMount,
  deadPeer,
  nextHop,
  rolesMerged,
  ipam,
  appsVersion,
  hostEndpoints,
  ebpfConnections,
  order,
  crdVersion,
  budgetVersion,
  helmNamespace,
  flexVolume,
  podSecurity,
  largeCrds,
  cniAccount,
  owners,
  checksumOffload,
  tierGetter,
  defaultPrefix,
  gitOps,
  kubeletVolumePath,
  apiserverNamespace,
  registry,
  adminPolicies,
  crdChart,
  policyNames,
  typha,
  oneImage,
  clusterRoutes,
  ebpfKernel,
  leftMigration,
  dikastes,
  autoHostEndpoints,
];
