// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { ClusterRule } from "../cluster-rule.ts";
import { replicaSet } from "./components/b01-replicaset.ts";
import { poolJob } from "./data/b02-pool-job.ts";
import { twoControllers } from "./components/b03-two-controllers.ts";
import { cniFile } from "./network/b04-cni-file.ts";
import { etcdAuthority } from "./data/b05-etcd-authority.ts";
import { calicoctlFiles } from "./data/b06-calicoctl-files.ts";
import { strategy } from "./rollout/b07-strategy.ts";
import { kubeletMount } from "./network/b08-kubelet-mount.ts";
import { deadPeer } from "./network/b09-dead-peer.ts";
import { nextHop } from "./network/b10-next-hop.ts";
import { rolesMerged } from "./manifest/b11-roles-merged.ts";
import { ipam } from "./data/b12-ipam.ts";
import { appsVersion } from "./kubernetes/b13-apps-version.ts";
import { hostEndpoints } from "./policy/b14-host-endpoints.ts";
import { ebpfConnections } from "./network/b15-ebpf-connections.ts";
import { order } from "./policy/b16-order.ts";
import { crdVersion } from "./kubernetes/b17-crd-version.ts";
import { budgetVersion } from "./kubernetes/b18-budget-version.ts";
import { helmNamespace } from "./ownership/b19-helm-namespace.ts";
import { flexVolume } from "./manifest/b20-flexvolume.ts";
import { podSecurity } from "./manifest/b21-pod-security.ts";
import { largeCrds } from "./manifest/b22-large-crds.ts";
import { cniAccount } from "./manifest/b23-cni-account.ts";
import { owners } from "./ownership/b24-owners.ts";
import { checksumOffload } from "./network/b25-checksum-offload.ts";
import { tierGetter } from "./rights/b27-tier-getter.ts";
import { defaultPrefix } from "./policy/b28-default-prefix.ts";
import { gitOps } from "./ownership/b29-gitops.ts";
import { kubeletVolumePath } from "./ownership/b30-kubelet-volume-path.ts";
import { apiserverNamespace } from "./ownership/b31-apiserver-namespace.ts";
import { registry } from "./manifest/b32-registry.ts";
import { adminPolicies } from "./policy/b33-admin-policies.ts";
import { crdChart } from "./ownership/b34-crd-chart.ts";
import { policyNames } from "./policy/b35-policy-names.ts";
import { typha } from "./components/b36-typha.ts";
import { oneImage } from "./manifest/b37-one-image.ts";
import { clusterRoutes } from "./network/b38-cluster-routes.ts";
import { ebpfKernel } from "./network/b39-ebpf-kernel.ts";
import { leftMigration } from "./data/b40-datastore-migration.ts";
import { dikastes } from "./rollout/b41-dikastes.ts";
import { autoHostEndpoints } from "./policy/b42-auto-host-endpoints.ts";
import { thirdParty } from "./data/d01-third-party.ts";
import { v3Rights } from "./data/d02-v3-rights.ts";
import { etcdConversion } from "./data/d03-etcd-conversion.ts";
import { hostLocal } from "./data/d04-host-local.ts";
import { lock } from "./data/d05-lock.ts";
import { nativeCrds } from "./data/d06-native-crds.ts";
import { rightsTaken } from "./manifest/h01-rights-taken.ts";
import { leftBehind } from "./manifest/h02-left-behind.ts";
import { surroundings } from "./manifest/h05-surroundings.ts";
import { typhaFirst } from "./components/h06-typha-first.ts";
import { dryRun } from "./kubernetes/h07-dry-run.ts";
import { deleteVersion } from "./policy/h08-delete-version.ts";
import { cordons } from "./rollout/h09-load-balancers.ts";
import { unplaced } from "./health/h10-unplaced.ts";
import { leases } from "./rollout/h13-leases.ts";
import { policiesComeBack } from "./policy/h15-policies-come-back.ts";
import { singleNode } from "./rollout/h19-last-node.ts";
import { several } from "./rollout/h20-several.ts";
import { images } from "./manifest/h21-images.ts";
import { controllerEnds } from "./components/h24-controller-ends.ts";
import { configAge } from "./rollout/h25-config-age.ts";
import { testedKubernetes } from "./kubernetes/k01-tested-versions.ts";
import { hostedManifest } from "./manifest/m01-hosted-manifest.ts";
import { sameInstall } from "./manifest/m02-same-install.ts";
import { tagsOnly } from "./manifest/m03-tags-only.ts";
import { nodeAddresses } from "./network/m04-node-addresses.ts";
import { pools } from "./network/m05-pools.ts";
import { mtu } from "./network/m06-mtu.ts";
import { otherSettings } from "./manifest/m07-other-settings.ts";
import { hostPaths } from "./manifest/m08-host-paths.ts";
import { lostNodes } from "./manifest/m09-lost-nodes.ts";
import { encapsulation } from "./network/m10-encapsulation.ts";
import { sameEtcd } from "./data/m11-etcd.ts";
import { typhaKept } from "./components/m12-typha.ts";
import { mirroredRegistry } from "./manifest/m13-registry.ts";
import { selectors } from "./manifest/m14-selectors.ts";
import { roleRefs } from "./manifest/m15-role-refs.ts";
import { servedKinds } from "./kubernetes/m16-served.ts";
import { lastAppliedSize } from "./manifest/m17-last-applied.ts";
import { needsOfRelease } from "./manifest/m18-needs-of-release.ts";
import { controllerStrategy } from "./components/m19-controller-strategy.ts";
import { cniConfigKept } from "./network/m20-cni-config.ts";
import { apiServerKept } from "./network/m21-api-server.ts";
import { fileOfOneRelease } from "./manifest/m22-file-of-one-release.ts";
import { probesFit } from "./manifest/m23-probes.ts";
import { valuesRead } from "./manifest/m24-values.ts";
import { unclearIsolation } from "./policy/n01-unclear.ts";
import { toClose } from "./policy/n02-to-close.ts";
import { toDelete } from "./policy/n03-to-delete.ts";
import { alphaAnnotation } from "./policy/n04-alpha.ts";
import { annotationLeft } from "./policy/n05-annotation-left.ts";
import { twoMeanings } from "./policy/n06-two-meanings.ts";
import { egress } from "./policy/n07-egress.ts";
import { nativeEgress } from "./policy/n08-native-egress.ts";
import { noMatch } from "./policy/n09-no-match.ts";
import { nearlyClosed } from "./policy/n10-near-miss.ts";
import { midMigration } from "./ownership/o01-mid-migration.ts";
import { byOperator } from "./ownership/o02-operator.ts";
import { distribution } from "./ownership/o03-distribution.ts";
import { byHelm } from "./ownership/o04-helm.ts";
import { addonManager } from "./ownership/o05-addon-manager.ts";
import { keptInGit } from "./ownership/o06-reconcilers.ts";
import { operatorWaits } from "./ownership/o07-operator-waits.ts";
import { operatorDown } from "./ownership/o08-operator-down.ts";
import { operatorDegraded } from "./ownership/o09-operator-degraded.ts";
import { nodesReady } from "./health/s01-nodes-ready.ts";
import { calicoReady } from "./health/s02-calico-ready.ts";
import { restarts } from "./health/s03-restarts.ts";
import { componentsReady } from "./components/s04-components-ready.ts";
import { rights } from "./rights/s05-rights.ts";
import { pinned } from "./rollout/s06-pinned.ts";
import { oneRevision } from "./rollout/s07-one-revision.ts";
import { budgets } from "./rollout/s08-budgets.ts";
import { typhaRoom } from "./components/s09-typha-room.ts";
import { cpuRoom } from "./health/s10-cpu-room.ts";
import { accounts } from "./rights/s11-accounts.ts";
import { oneRelease } from "./health/s12-one-release.ts";

export const rulesOfCluster: readonly ClusterRule[] = [
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
  thirdParty,
  v3Rights,
  etcdConversion,
  hostLocal,
  lock,
  nativeCrds,
  rightsTaken,
  leftBehind,
  surroundings,
  typhaFirst,
  dryRun,
  deleteVersion,
  cordons,
  unplaced,
  leases,
  policiesComeBack,
  singleNode,
  several,
  images,
  controllerEnds,
  configAge,
  testedKubernetes,
  hostedManifest,
  sameInstall,
  tagsOnly,
  nodeAddresses,
  pools,
  mtu,
  otherSettings,
  hostPaths,
  lostNodes,
  encapsulation,
  sameEtcd,
  typhaKept,
  mirroredRegistry,
  selectors,
  roleRefs,
  servedKinds,
  lastAppliedSize,
  needsOfRelease,
  controllerStrategy,
  cniConfigKept,
  apiServerKept,
  fileOfOneRelease,
  probesFit,
  valuesRead,
  unclearIsolation,
  toClose,
  toDelete,
  alphaAnnotation,
  annotationLeft,
  twoMeanings,
  egress,
  nativeEgress,
  noMatch,
  nearlyClosed,
  midMigration,
  byOperator,
  distribution,
  byHelm,
  addonManager,
  keptInGit,
  operatorWaits,
  operatorDown,
  operatorDegraded,
  nodesReady,
  calicoReady,
  restarts,
  componentsReady,
  rights,
  pinned,
  oneRevision,
  budgets,
  typhaRoom,
  cpuRoom,
  accounts,
  oneRelease,
];
