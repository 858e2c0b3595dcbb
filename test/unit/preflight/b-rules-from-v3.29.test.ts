import { tierGetter } from "../../../src/preflight/rules/rights/b27-tier-getter.ts";
import { defaultPrefix } from "../../../src/preflight/rules/policy/b28-default-prefix.ts";
import { gitOps } from "../../../src/preflight/rules/ownership/b29-gitops.ts";
import { kubeletVolumePath } from "../../../src/preflight/rules/ownership/b30-kubelet-volume-path.ts";
import { apiserverNamespace } from "../../../src/preflight/rules/ownership/b31-apiserver-namespace.ts";
import { registry } from "../../../src/preflight/rules/manifest/b32-registry.ts";
import { crdChart } from "../../../src/preflight/rules/ownership/b34-crd-chart.ts";
import { policyNames } from "../../../src/preflight/rules/policy/b35-policy-names.ts";
import { typha } from "../../../src/preflight/rules/components/b36-typha.ts";
import { oneImage } from "../../../src/preflight/rules/manifest/b37-one-image.ts";
import { clusterRoutes } from "../../../src/preflight/rules/network/b38-cluster-routes.ts";
import { ebpfKernel } from "../../../src/preflight/rules/network/b39-ebpf-kernel.ts";
import { leftMigration } from "../../../src/preflight/rules/data/b40-datastore-migration.ts";
import { dikastes } from "../../../src/preflight/rules/rollout/b41-dikastes.ts";
import { autoHostEndpoints } from "../../../src/preflight/rules/policy/b42-auto-host-endpoints.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { aDaemonSet, aNode, aWorkload } from "../build/a-cluster.ts";
import { casesOf, daemonSetWith } from "./cases.ts";
import { aCalicoObject, forbidden } from "./cluster.ts";

const rbac = "rbac.authorization.k8s.io";
const role: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name: "calico-tier-getter" },
};
const binding: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "calico-tier-getter" },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "calico-tier-getter" },
};

casesOf("namespaces could not be deleted any more, days later", tierGetter, [
  {
    because: "a missing role is named",
    release: "v3.28.5",
    to: "v3.29.1",
    says: "fail",
    severity: "error",
    words: "ClusterRole calico-tier-getter and a ClusterRoleBinding",
  },
  {
    because: "a role that nobody has is not enough",
    release: "v3.28.5",
    objects: [role],
    to: "v3.29.1",
    says: "fail",
    words: /^a ClusterRoleBinding/,
  },
  { because: "both there pass", release: "v3.28.5", objects: [role, binding], to: "v3.29.1", says: "pass" },
  {
    because: "both in the file pass",
    release: "v3.28.5",
    to: "v3.29.1",
    file: [role, binding],
    says: "pass",
  },
  { because: "v3.29.4 brings them", release: "v3.28.5", to: "v3.29.4", says: "n/a" },
  {
    because: "roles that may not be listed are unknown",
    release: "v3.28.5",
    readings: { clusterRoles: forbidden },
    to: "v3.29.1",
    says: "unknown",
  },
]);

const made = (name: string, creationTimestamp: string, annotations = {}): KubeObject => {
  const policy = aCalicoObject("NetworkPolicy", name);
  return { ...policy, metadata: { ...policy.metadata, namespace: "shop", creationTimestamp, annotations } };
};

casesOf("GitOps would delete and create policies", defaultPrefix, [
  {
    because: "a policy made since v3.29.0 is named",
    objects: [made("default.web", "2026-01-05T00:00:00Z")],
    to: "v3.29.7",
    says: "fail",
    severity: "warning",
    seen: ["NetworkPolicy shop/default.web"],
  },
  {
    because: "older ones and other names keep theirs",
    objects: [made("default.web", "2020-01-05T00:00:00Z"), made("web", "2026-01-05T00:00:00Z")],
    to: "v3.29.7",
    says: "pass",
  },
  {
    because: "v3.30.0 shows them as v3.29.0 does",
    objects: [made("default.web", "2026-01-05T00:00:00Z")],
    to: "v3.30.0",
    says: "n/a",
  },
  { because: "from v3.29.4 on nothing changes", release: "v3.29.4", to: "v3.30.7", says: "n/a" },
  { because: "with etcd they are not in the API", datastore: "etcd", to: "v3.29.7", says: "unknown" },
]);

const crd = (labels: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ippools.crd.projectcalico.org", labels },
});

casesOf("GitOps would prune CRDs, and every object with them", gitOps, [
  {
    because: "a CRD that Argo CD keeps is named",
    objects: [crd({ "argocd.argoproj.io/instance": "net" })],
    to: "v3.30.7",
    says: "fail",
    severity: "warning",
    seen: ["CustomResourceDefinition ippools.crd.projectcalico.org"],
    words: "Argo CD",
  },
  {
    because: "a policy that Argo CD keeps is named",
    objects: [made("web", "2026-01-05T00:00:00Z", { "argocd.argoproj.io/tracking-id": "shop:web" })],
    to: "v3.30.7",
    says: "fail",
    seen: ["NetworkPolicy shop/web"],
  },
  { because: "without marks nothing is told", objects: [crd({})], to: "v3.30.7", says: "pass" },
  {
    because: "CRDs that may not be listed are unknown",
    readings: { crds: forbidden },
    to: "v3.30.7",
    says: "unknown",
  },
  { because: "from v3.30 on nothing changes", release: "v3.30.7", to: "v3.31.7", says: "n/a" },
]);

const operator = (annotations: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "tigera-operator", namespace: "tigera-operator", annotations },
  spec: {},
});
const helm = operator({
  "meta.helm.sh/release-name": "calico",
  "meta.helm.sh/release-namespace": "tigera-operator",
});

casesOf("a Helm value would be ignored", kubeletVolumePath, [
  {
    because: "values are in a Secret: where to look is told",
    release: "v3.30.7",
    objects: [helm],
    to: "v3.31.7",
    says: "unknown",
    severity: "warning",
    fix: "helm get values calico -n tigera-operator",
  },
  { because: "without Helm there are none", release: "v3.30.7", to: "v3.31.7", says: "n/a" },
  {
    because: "from v3.31 on nothing changes",
    release: "v3.31.7",
    objects: [helm],
    to: "v3.32.1",
    says: "n/a",
  },
]);

const byOperator = {
  release: "v3.30.7",
  daemonSet: { namespace: "calico-system", labels: { "app.kubernetes.io/managed-by": "tigera-operator" } },
} as const;
const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

casesOf("what names calico-apiserver would miss", apiserverNamespace, [
  {
    because: "the namespace is named",
    ...byOperator,
    objects: [namespace("calico-apiserver")],
    to: "v3.31.7",
    says: "fail",
    severity: "info",
    seen: ["Namespace calico-apiserver"],
  },
  {
    because: "without it nothing is told",
    ...byOperator,
    objects: [namespace("calico-system")],
    to: "v3.31.7",
    says: "pass",
  },
  { because: "a manifest install has none", release: "v3.30.7", to: "v3.31.7", says: "n/a" },
  {
    because: "namespaces that may not be listed are unknown",
    ...byOperator,
    readings: { namespaces: forbidden },
    to: "v3.31.7",
    says: "unknown",
  },
]);

casesOf("images would not be pulled through the mirror", registry, [
  {
    because: "another registry than the one in use is named",
    release: "v3.30.7",
    to: "v3.31.7",
    says: "fail",
    severity: "warning",
    words: "docker.io now, and from quay.io",
  },
  {
    because: "the same one passes",
    release: "v3.30.7",
    daemonSet: daemonSetWith("v3.30.7", { registry: "quay.io" }),
    to: "v3.31.7",
    says: "pass",
  },
  {
    because: "a file with the own mirror passes",
    release: "v3.30.7",
    daemonSet: daemonSetWith("v3.30.7", { registry: "mirror.example" }),
    to: "v3.31.7",
    file: [aDaemonSet(daemonSetWith("v3.31.7", { registry: "mirror.example" }))],
    says: "pass",
  },
  {
    because: "an unread DaemonSet is unknown",
    readings: { daemonSets: forbidden },
    to: "v3.31.7",
    says: "unknown",
  },
]);

casesOf("Helm would leave the old CRDs", crdChart, [
  {
    because: "Helm's release is named",
    release: "v3.31.7",
    objects: [helm],
    to: "v3.32.1",
    says: "fail",
    severity: "warning",
  },
  {
    because: "without Helm it does not matter",
    release: "v3.31.7",
    objects: [operator()],
    to: "v3.32.1",
    says: "n/a",
  },
  {
    because: "Deployments that may not be listed are unknown",
    release: "v3.31.7",
    readings: { operators: forbidden },
    to: "v3.32.1",
    says: "unknown",
  },
]);

casesOf("policies are renamed and nobody knows", policyNames, [
  {
    because: "they are counted, and saving them is advised",
    release: "v3.31.7",
    objects: [made("default.web", "2026-01-05T00:00:00Z")],
    to: "v3.32.1",
    says: "fail",
    severity: "info",
    words: /^1 policy/,
  },
  { because: "without policies nothing is told", release: "v3.31.7", to: "v3.32.1", says: "pass" },
  {
    because: "with etcd they are not in the API",
    release: "v3.31.7",
    datastore: "etcd",
    to: "v3.32.1",
    says: "unknown",
  },
]);

const aTypha = (replicas: number) =>
  aWorkload({ name: "calico-typha", image: "quay.io/calico/typha:v3.31.7", replicas });

casesOf("every old node would be not Ready until it is upgraded", typha, [
  {
    because: "a Typha in use is told",
    release: "v3.31.7",
    objects: [aTypha(2)],
    to: "v3.32.1",
    says: "fail",
    severity: "warning",
    seen: ["Deployment kube-system/calico-typha"],
  },
  {
    because: "one that no node uses passes",
    release: "v3.31.7",
    daemonSet: daemonSetWith("v3.31.7", { node: { FELIX_TYPHAK8SSERVICENAME: "none" } }),
    objects: [aTypha(1)],
    to: "v3.32.1",
    says: "pass",
  },
  { because: "one at 0 passes", release: "v3.31.7", objects: [aTypha(0)], to: "v3.32.1", says: "pass" },
  {
    because: "unread Deployments are unknown",
    release: "v3.31.7",
    readings: { workloads: forbidden },
    to: "v3.32.1",
    says: "unknown",
  },
]);

casesOf("an install with raised tags would not start", oneImage, [
  {
    because: "without a file it is told",
    release: "v3.32.1",
    to: "v3.33.0",
    says: "fail",
    severity: "warning",
  },
  {
    because: "a file with the old images is named",
    release: "v3.32.1",
    to: "v3.33.0",
    file: [aDaemonSet(daemonSetWith("v3.33.0", {}))],
    says: "fail",
    words: "docker.io/calico/cni:v3.33.0",
  },
  {
    because: "a file with the combined image passes",
    release: "v3.32.1",
    to: "v3.33.0",
    file: [aWorkload({ image: "quay.io/calico/calico:v3.33.0", args: ["component", "kube-controllers"] })],
    says: "pass",
  },
  { because: "before v3.33 tags may be raised", release: "v3.31.7", to: "v3.32.1", says: "n/a" },
]);

const ipip = aCalicoObject("IPPool", "pods", { cidr: "10.0.0.0/16", ipipMode: "Always" });
const routes = (bird: string, felix: string) => [
  aCalicoObject("BGPConfiguration", "default", { programClusterRoutes: bird }),
  aCalicoObject("FelixConfiguration", "default", { programClusterRoutes: felix }),
];

casesOf("routes of IPIP pools would be written twice or not at all", clusterRoutes, [
  {
    because: "where nothing is said it is told",
    release: "v3.32.1",
    objects: [ipip],
    to: "v3.33.0",
    says: "fail",
    severity: "warning",
  },
  {
    because: "where both say the same it is told, with both",
    release: "v3.32.1",
    objects: [ipip, ...routes("Enabled", "Enabled")],
    to: "v3.33.0",
    says: "fail",
    seen: ["IPPool pods", "BGPConfiguration default", "FelixConfiguration default"],
  },
  {
    because: "where one of them writes them it passes",
    release: "v3.32.1",
    objects: [ipip, ...routes("Enabled", "Disabled")],
    to: "v3.33.0",
    says: "pass",
  },
  { because: "without IPIP it does not matter", release: "v3.32.1", to: "v3.33.0", says: "pass" },
  {
    because: "with etcd the pools are not in the API",
    release: "v3.32.1",
    datastore: "etcd",
    to: "v3.33.0",
    says: "unknown",
  },
]);

const bpf = aCalicoObject("FelixConfiguration", "default", { bpfEnabled: true });
const kernel = (name: string, kernelVersion: string): KubeObject => {
  const node = aNode(name);
  const status = node["status"] as { readonly nodeInfo: object };
  return { ...node, status: { ...status, nodeInfo: { ...status.nodeInfo, kernelVersion } } };
};

casesOf("calico-node would not start on an old kernel", ebpfKernel, [
  {
    because: "nodes with an old kernel are named",
    release: "v3.32.1",
    objects: [bpf],
    nodes: [kernel("node-01", "5.4.0-150-generic"), kernel("node-02", "5.10.0")],
    to: "v3.33.0",
    says: "fail",
    severity: "error",
    seen: ["Node node-01"],
  },
  {
    because: "5.10 and newer pass",
    release: "v3.32.1",
    objects: [bpf],
    nodes: [kernel("node-01", "6.8.0")],
    to: "v3.33.0",
    says: "pass",
  },
  {
    because: "a node that does not tell its kernel is unknown",
    release: "v3.32.1",
    objects: [bpf],
    to: "v3.33.0",
    says: "unknown",
  },
  {
    because: "without eBPF it does not matter",
    release: "v3.32.1",
    nodes: [kernel("node-01", "4.19.0")],
    to: "v3.33.0",
    says: "n/a",
  },
]);

const migration = (phase: string): KubeObject => ({
  apiVersion: "migration.projectcalico.org/v1beta1",
  kind: "DatastoreMigration",
  metadata: { name: "v3" },
  status: { phase },
});

casesOf("half of the data would stay in each place", leftMigration, [
  {
    because: "one that is under way is refused",
    release: "v3.32.1",
    objects: [migration("Migrating")],
    to: "v3.33.0",
    says: "fail",
    severity: "error",
    fix: "wait until it is Complete",
  },
  {
    because: "a finished one is removed first, object before CRD",
    release: "v3.32.1",
    objects: [migration("Complete")],
    to: "v3.33.0",
    says: "fail",
    fix: "only then its CRD",
  },
  {
    because: "a failed one is deleted",
    release: "v3.32.1",
    objects: [migration("Failed")],
    to: "v3.33.0",
    says: "fail",
    fix: "kubectl delete datastoremigration v3",
  },
  { because: "without one nothing stands against it", release: "v3.32.1", to: "v3.33.0", says: "pass" },
  {
    because: "unread ones are unknown",
    release: "v3.32.1",
    readings: { datastoreMigrations: forbidden },
    to: "v3.33.0",
    says: "unknown",
  },
]);

const pod = (image: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop" },
  spec: {
    nodeName: "node-01",
    containers: [
      { name: "web", image: "nginx" },
      { name: "dikastes", image },
    ],
  },
});

casesOf("sidecars would speak to a newer Felix for ever", dikastes, [
  {
    because: "pods with Dikastes are named",
    objects: [pod("quay.io/calico/dikastes:v3.29.1")],
    to: "v3.30.7",
    says: "fail",
    severity: "info",
    seen: ["Pod shop/web-1"],
  },
  { because: "pods without it are not", objects: [pod("envoy:1")], to: "v3.30.7", says: "pass" },
  { because: "without a target nobody asks", says: "n/a" },
  {
    because: "pods that may not be listed are unknown",
    readings: { otherPods: forbidden },
    to: "v3.30.7",
    says: "unknown",
  },
]);

const automatic = aCalicoObject("KubeControllersConfiguration", "default", {
  controllers: { node: { hostEndpoint: { autoCreate: "Enabled" } } },
});
const byHand = aCalicoObject("HostEndpoint", "node-01-all", { interfaceName: "*" });

casesOf("a host would keep two endpoints", autoHostEndpoints, [
  {
    because: "one made by hand is named",
    objects: [automatic, byHand],
    to: "v3.30.7",
    says: "fail",
    severity: "info",
    seen: ["HostEndpoint node-01-all"],
  },
  {
    because: "automatic ones are not",
    objects: [
      automatic,
      {
        ...byHand,
        metadata: {
          ...byHand.metadata,
          labels: { "projectcalico.org/created-by": "calico-kube-controllers" },
        },
      },
    ],
    to: "v3.30.7",
    says: "pass",
  },
  { because: "while they are off it does not matter", objects: [byHand], to: "v3.30.7", says: "n/a" },
  { because: "with etcd they are not in the API", datastore: "etcd", to: "v3.30.7", says: "unknown" },
]);
