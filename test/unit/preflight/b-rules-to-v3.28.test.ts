import { hostEndpoints } from "../../../src/preflight/rules/policy/b14-host-endpoints.ts";
import { ebpfConnections } from "../../../src/preflight/rules/network/b15-ebpf-connections.ts";
import { order } from "../../../src/preflight/rules/policy/b16-order.ts";
import { crdVersion } from "../../../src/preflight/rules/kubernetes/b17-crd-version.ts";
import { budgetVersion } from "../../../src/preflight/rules/kubernetes/b18-budget-version.ts";
import { helmNamespace } from "../../../src/preflight/rules/ownership/b19-helm-namespace.ts";
import { flexVolume } from "../../../src/preflight/rules/manifest/b20-flexvolume.ts";
import { podSecurity } from "../../../src/preflight/rules/manifest/b21-pod-security.ts";
import { largeCrds } from "../../../src/preflight/rules/manifest/b22-large-crds.ts";
import { cniAccount } from "../../../src/preflight/rules/manifest/b23-cni-account.ts";
import { owners } from "../../../src/preflight/rules/ownership/b24-owners.ts";
import { checksumOffload } from "../../../src/preflight/rules/network/b25-checksum-offload.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { known } from "../../../src/model/reading.ts";
import { aConfigMap, aNode } from "../build/a-cluster.ts";
import { casesOf, daemonSetWith, serving } from "./cases.ts";
import { aCalicoObject, forbidden } from "./cluster.ts";

const endpoint = (labels: Readonly<Record<string, string>> = {}): KubeObject => {
  const made = aCalicoObject("HostEndpoint", "node-01-all", { interfaceName: "*", node: "node-01" });
  return { ...made, metadata: { ...made.metadata, labels } };
};
const allowAll = aCalicoObject("GlobalNetworkPolicy", "allow-all-upgrade", {
  selector: "has(host-endpoint-upgrade)",
  ingress: [{ action: "Log" }, { action: "Allow" }],
  egress: [{ action: "Allow" }],
});
const v313 = { release: "v3.13.4", to: "v3.14.1" } as const;

casesOf("hosts would lose their connections", hostEndpoints, [
  {
    because: "the documentation's own preparation passes",
    ...v313,
    objects: [endpoint({ "host-endpoint-upgrade": "" }), allowAll],
    says: "pass",
    words: "allows everything for node-01-all",
  },
  {
    because: "a policy that selects other endpoints is none",
    ...v313,
    objects: [endpoint({ role: "db" }), allowAll],
    says: "fail",
    severity: "error",
  },
  {
    because: "a policy that allows only some is a warning: what it allows is for people to judge",
    ...v313,
    objects: [
      endpoint({ role: "db" }),
      aCalicoObject("GlobalNetworkPolicy", "db", {
        selector: "role == 'db'",
        ingress: [{ action: "Allow", source: { nets: ["10.0.0.0/8"] } }],
      }),
    ],
    says: "fail",
    severity: "warning",
  },
  {
    because: "automatic host endpoints allow what no policy looks at",
    ...v313,
    objects: [
      aCalicoObject("HostEndpoint", "node-01-auto-hep", {
        interfaceName: "*",
        profiles: ["projectcalico-default-allow"],
      }),
    ],
    says: "pass",
  },
]);

const bpf = aCalicoObject("FelixConfiguration", "default", { bpfEnabled: true });

casesOf("open connections would break without a word", ebpfConnections, [
  { because: "eBPF is told", ...v313, objects: [bpf], says: "fail", severity: "warning" },
  { because: "without eBPF it does not matter", ...v313, says: "n/a" },
  {
    because: "FelixConfigurations that may not be read are unknown",
    ...v313,
    readings: { felixConfigurations: forbidden },
    says: "unknown",
  },
]);

casesOf("a fraction would be taken away later", order, [
  {
    because: "a fraction is named",
    release: "v3.14.1",
    objects: [
      aCalicoObject("GlobalNetworkPolicy", "half", { order: 10.5 }),
      aCalicoObject("NetworkPolicy", "whole", { order: 10 }),
    ],
    to: "v3.15.5",
    says: "fail",
    severity: "info",
    seen: ["GlobalNetworkPolicy half"],
  },
  {
    because: "whole numbers pass",
    release: "v3.14.1",
    objects: [aCalicoObject("NetworkPolicy", "whole", { order: 10 })],
    to: "v3.15.5",
    says: "pass",
  },
  {
    because: "with etcd they are not in the API",
    release: "v3.14.1",
    datastore: "etcd",
    to: "v3.15.5",
    says: "unknown",
  },
]);

casesOf("the server would refuse the CRDs", crdVersion, [
  {
    because: "apiextensions v1beta1 alone is refused",
    release: "v3.14.1",
    readings: { served: serving("apiextensions.k8s.io/v1beta1") },
    to: "v3.15.5",
    says: "fail",
    severity: "error",
  },
  {
    because: "v1 passes",
    release: "v3.14.1",
    readings: { served: serving("apiextensions.k8s.io/v1") },
    to: "v3.15.5",
    says: "pass",
  },
  { because: "etcd has no CRDs", release: "v3.14.1", datastore: "etcd", to: "v3.15.5", says: "n/a" },
  {
    because: "unread discovery is unknown",
    release: "v3.14.1",
    readings: { served: forbidden },
    to: "v3.15.5",
    says: "unknown",
  },
]);

casesOf("the server would refuse the PodDisruptionBudget", budgetVersion, [
  {
    because: "v3.22 on a server with policy/v1 only is refused",
    release: "v3.16.10",
    readings: { served: serving("policy/v1") },
    to: "v3.22.5",
    says: "fail",
    severity: "error",
    fix: "v3.23",
  },
  {
    because: "v3.23 on a server with policy/v1beta1 only is refused",
    release: "v3.16.10",
    readings: { served: serving("policy/v1beta1") },
    to: "v3.23.5",
    says: "fail",
    fix: "1.21",
  },
  {
    because: "v3.23 on policy/v1 passes",
    release: "v3.16.10",
    readings: { served: serving("policy/v1") },
    to: "v3.23.5",
    says: "pass",
  },
  { because: "before v3.17 there is none", release: "v3.15.5", to: "v3.16.10", says: "n/a" },
  {
    because: "unread discovery is unknown",
    release: "v3.16.10",
    readings: { served: forbidden },
    to: "v3.23.5",
    says: "unknown",
  },
]);

const operator = (annotations: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "tigera-operator", namespace: "tigera-operator", annotations },
  spec: {},
});
const release = (namespace: string) =>
  operator({ "meta.helm.sh/release-name": "calico", "meta.helm.sh/release-namespace": namespace });

casesOf("Helm would refuse the objects of another namespace's release", helmNamespace, [
  {
    because: "a release in default is told",
    release: "v3.22.5",
    objects: [release("default")],
    to: "v3.23.5",
    says: "fail",
    severity: "error",
    seen: ["Deployment tigera-operator/tigera-operator"],
  },
  {
    because: "one in tigera-operator passes",
    release: "v3.22.5",
    objects: [release("tigera-operator")],
    to: "v3.23.5",
    says: "pass",
  },
  {
    because: "an operator without Helm has nothing to move",
    release: "v3.22.5",
    objects: [operator({})],
    to: "v3.23.5",
    says: "n/a",
  },
  {
    because: "Deployments that may not be listed are unknown",
    release: "v3.22.5",
    readings: { operators: forbidden },
    to: "v3.23.5",
    says: "unknown",
  },
]);

casesOf("pods with the FlexVolume and routeTableRange would be left behind", flexVolume, [
  {
    because: "the driver and the range are named",
    release: "v3.22.5",
    daemonSet: daemonSetWith("v3.22.5", {
      initContainers: [{ name: "flexvol-driver", image: "calico/pod2daemon-flexvol:v3.22.5" }],
    }),
    objects: [aCalicoObject("FelixConfiguration", "default", { routeTableRange: { min: 1, max: 200 } })],
    to: "v3.23.5",
    says: "fail",
    severity: "info",
    seen: ["DaemonSet kube-system/calico-node", "FelixConfiguration default"],
  },
  { because: "without both nothing is told", release: "v3.22.5", to: "v3.23.5", says: "pass" },
  {
    because: "with etcd the range is not in the API",
    release: "v3.22.5",
    datastore: "etcd",
    to: "v3.23.5",
    says: "unknown",
  },
]);

const psp: KubeObject = {
  apiVersion: "policy/v1beta1",
  kind: "PodSecurityPolicy",
  metadata: { name: "restricted" },
};

casesOf("calico-node would not be admitted", podSecurity, [
  {
    because: "policies are told",
    release: "v3.23.5",
    objects: [psp],
    to: "v3.24.6",
    says: "fail",
    severity: "info",
    seen: ["PodSecurityPolicy restricted"],
  },
  { because: "without them nothing is told", release: "v3.23.5", to: "v3.24.6", says: "pass" },
  {
    because: "policies that may not be listed are unknown",
    release: "v3.23.5",
    readings: { podSecurityPolicies: forbidden },
    to: "v3.24.6",
    says: "unknown",
  },
]);

const crd = (annotations: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ippools.crd.projectcalico.org", annotations },
});

const byOperator = {
  namespace: "calico-system",
  labels: { "app.kubernetes.io/managed-by": "tigera-operator" },
};

casesOf("CRDs would stay old, because kubectl apply refuses them", largeCrds, [
  {
    because: "one that was applied client-side is named",
    release: "v3.24.6",
    daemonSet: byOperator,
    objects: [crd({ "kubectl.kubernetes.io/last-applied-configuration": "{}" })],
    to: "v3.25.2",
    says: "fail",
    severity: "warning",
    seen: ["CustomResourceDefinition ippools.crd.projectcalico.org"],
    fix: "--server-side",
  },
  {
    because: "one that was not passes",
    release: "v3.24.6",
    daemonSet: byOperator,
    objects: [crd({})],
    to: "v3.25.2",
    says: "pass",
  },
  {
    because: "CRDs that may not be listed are unknown",
    release: "v3.24.6",
    daemonSet: byOperator,
    readings: { crds: forbidden },
    to: "v3.25.2",
    says: "unknown",
  },
  {
    because: "those of the hosted manifest fit, so every upgrade of one would be warned for nothing",
    release: "v3.24.6",
    objects: [crd({ "kubectl.kubernetes.io/last-applied-configuration": "{}" })],
    to: "v3.25.2",
    says: "n/a",
  },
]);

const account: KubeObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "calico-cni-plugin", namespace: "kube-system" },
};
const role: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "calico-cni-plugin" },
};

casesOf("no pod would get a network any more", cniAccount, [
  {
    because: "without a file it is only told: the manifest brings it",
    release: "v3.25.2",
    to: "v3.26.5",
    says: "fail",
    severity: "warning",
  },
  {
    because: "a file that brings images only is refused",
    release: "v3.25.2",
    to: "v3.26.5",
    file: [aConfigMap(), role],
    says: "fail",
    severity: "error",
    words: "ServiceAccount calico-cni-plugin is neither",
  },
  {
    because: "a whole file passes",
    release: "v3.25.2",
    to: "v3.26.5",
    file: [account, role],
    says: "pass",
    words: "the file brings",
  },
  {
    because: "a release that needs it and has it not is broken now",
    release: "v3.29.1",
    objects: [account],
    to: "v3.30.7",
    says: "fail",
    severity: "error",
    words: "ClusterRole calico-cni-plugin is missing",
  },
  {
    because: "and is mended by the file that brings it",
    release: "v3.29.1",
    objects: [account],
    to: "v3.29.1",
    file: [account, role],
    says: "pass",
  },
  { because: "both there pass", release: "v3.29.1", objects: [account, role], to: "v3.30.7", says: "pass" },
  {
    because: "ServiceAccounts that may not be listed are unknown",
    release: "v3.25.2",
    readings: { serviceAccounts: forbidden },
    to: "v3.26.5",
    says: "unknown",
  },
]);

const dependants = (...found: readonly string[]) =>
  known({
    resources: ["configmaps"],
    found: found.map((name) => ({ kind: "ConfigMap", namespace: "shop", name, owner: "NetworkSet/allowed" })),
  });

casesOf("Kubernetes would delete what belongs to Calico's objects", owners, [
  {
    because: "an object that would be collected is named",
    release: "v3.27.0",
    readings: { dependants: dependants("list") },
    to: "v3.28.5",
    says: "fail",
    severity: "error",
    seen: ["ConfigMap shop/list"],
  },
  {
    because: "also on the way to v3.27.5",
    release: "v3.27.0",
    readings: { dependants: dependants("list") },
    to: "v3.27.5",
    says: "fail",
    severity: "error",
  },
  {
    because: "where the API server of Calico runs other kinds may have such owners: told",
    release: "v3.27.0",
    readings: { served: serving("projectcalico.org/v3") },
    to: "v3.28.5",
    says: "fail",
    severity: "warning",
    fix: "kube-controller-manager",
  },
  { because: "without it there can be none", release: "v3.27.0", to: "v3.28.5", says: "pass" },
  {
    because: "what could not be looked at is unknown",
    release: "v3.27.0",
    readings: { dependants: forbidden },
    to: "v3.28.5",
    says: "unknown",
  },
  { because: "past it nothing changes", release: "v3.28.0", to: "v3.29.7", says: "n/a" },
]);

const kernel = (name: string, kernelVersion: string): KubeObject => {
  const made = aNode(name);
  const status = made["status"] as { readonly nodeInfo: object };
  return { ...made, status: { ...status, nodeInfo: { ...status.nodeInfo, kernelVersion } } };
};
const vxlan = aCalicoObject("IPPool", "pods", { cidr: "10.0.0.0/16", vxlanMode: "Always" });
const v327 = { release: "v3.27.0", to: "v3.28.5" } as const;

casesOf("packets would be lost on cards with a broken offload", checksumOffload, [
  {
    because: "nodes with a newer kernel are named",
    ...v327,
    objects: [vxlan],
    nodes: [kernel("node-01", "5.15.0-91-generic"), kernel("node-02", "5.4.0-1")],
    says: "fail",
    severity: "warning",
    seen: ["Node node-01"],
  },
  {
    because: "5.7 is not newer than 5.7",
    ...v327,
    objects: [vxlan],
    nodes: [kernel("node-01", "5.7.19")],
    says: "pass",
  },
  {
    because: "where it is turned off already nothing is told",
    ...v327,
    objects: [
      vxlan,
      aCalicoObject("FelixConfiguration", "default", { featureDetectOverride: "ChecksumOffloadBroken=true" }),
    ],
    nodes: [kernel("node-01", "6.1.0")],
    says: "pass",
  },
  { because: "a node that does not tell its kernel is unknown", ...v327, objects: [vxlan], says: "unknown" },
  { because: "without VXLAN it does not matter", ...v327, says: "n/a" },
]);
