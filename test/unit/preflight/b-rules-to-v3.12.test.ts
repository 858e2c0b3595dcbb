import { replicaSet } from "../../../src/preflight/rules/components/b01-replicaset.ts";
import { poolJob } from "../../../src/preflight/rules/data/b02-pool-job.ts";
import { twoControllers } from "../../../src/preflight/rules/components/b03-two-controllers.ts";
import { cniFile } from "../../../src/preflight/rules/network/b04-cni-file.ts";
import { etcdAuthority } from "../../../src/preflight/rules/data/b05-etcd-authority.ts";
import { calicoctlFiles } from "../../../src/preflight/rules/data/b06-calicoctl-files.ts";
import { strategy } from "../../../src/preflight/rules/rollout/b07-strategy.ts";
import { kubeletMount } from "../../../src/preflight/rules/network/b08-kubelet-mount.ts";
import { deadPeer } from "../../../src/preflight/rules/network/b09-dead-peer.ts";
import { nextHop } from "../../../src/preflight/rules/network/b10-next-hop.ts";
import { rolesMerged } from "../../../src/preflight/rules/manifest/b11-roles-merged.ts";
import { ipam } from "../../../src/preflight/rules/data/b12-ipam.ts";
import { appsVersion } from "../../../src/preflight/rules/kubernetes/b13-apps-version.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { aConfigMap, aDaemonSet, aNode, aWorkload } from "../build/a-cluster.ts";
import { casesOf, daemonSetWith, serving } from "./cases.ts";
import { aCalicoObject, forbidden } from "./cluster.ts";

const oldController = (kind: "Deployment" | "ReplicaSet", replicas: number): KubeObject =>
  aWorkload({
    kind,
    name: "calico-policy-controller",
    replicas,
    image: "calico/kube-policy-controller:v0.5.4",
  });

const v16 = { release: "v1.6.1", datastore: "etcd" } as const;
const v26 = { release: "v2.6.12", datastore: "etcd" } as const;

casesOf("two policy controllers never run at once", replicaSet, [
  {
    because: "the ReplicaSet that the controller step has to stop is told beforehand",
    ...v16,
    objects: [oldController("ReplicaSet", 1)],
    to: "v2.5.1",
    says: "fail",
    severity: "warning",
    seen: ["ReplicaSet kube-system/calico-policy-controller"],
  },
  {
    because: "a ReplicaSet beside a running Deployment writes over it: refused",
    ...v16,
    objects: [oldController("ReplicaSet", 1), oldController("Deployment", 1)],
    to: "v2.5.1",
    says: "fail",
    severity: "error",
    fix: "scale replicaset calico-policy-controller --replicas=0",
  },
  {
    because: "one at 0 harms nobody",
    ...v16,
    objects: [oldController("ReplicaSet", 0)],
    to: "v2.5.1",
    says: "pass",
  },
  { because: "from v2.0 on there is none", release: "v2.1.5", datastore: "etcd", to: "v2.5.1", says: "n/a" },
  {
    because: "controllers that may not be listed are not taken for none",
    ...v16,
    readings: { workloads: forbidden },
    to: "v2.5.1",
    says: "unknown",
  },
]);

const job: KubeObject = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "configure-calico", namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name: "configure-calico", image: "calico/ctl:v1.0.2" }] } } },
};

casesOf("the Job of v2.0 would write over the pool, and pods lose each other", poolJob, [
  {
    because: "the Job in the file is refused",
    ...v16,
    to: "v2.0.2",
    file: [job],
    says: "fail",
    severity: "error",
    seen: ["Job kube-system/configure-calico"],
  },
  { because: "a file without it passes", ...v16, to: "v2.0.2", file: [aConfigMap()], says: "pass" },
  {
    because: "without a file nobody knows",
    ...v16,
    to: "v2.0.2",
    says: "unknown",
    fix: "calicoctl get ippool",
  },
  { because: "v2.1 has no such Job", ...v16, to: "v2.1.5", says: "n/a" },
]);

casesOf("old and new controller write over each other", twoControllers, [
  {
    because: "both running are refused, and the old one is to go",
    ...v26,
    objects: [oldController("Deployment", 1), aWorkload({ image: "calico/kube-controllers:v1.0.4" })],
    says: "fail",
    severity: "error",
    fix: "scale deployment calico-policy-controller --replicas=0",
  },
  {
    because: "v2.6's own tombstone is no second controller",
    ...v26,
    objects: [oldController("Deployment", 0), aWorkload({ image: "calico/kube-controllers:v1.0.4" })],
    says: "pass",
    words: "calico-kube-controllers",
  },
  { because: "with the Kubernetes datastore it cannot be", release: "v2.6.12", says: "n/a" },
  { because: "unread controllers are unknown", ...v26, readings: { workloads: forbidden }, says: "unknown" },
]);

casesOf("the kubelet would go on with the old CNI configuration", cniFile, [
  {
    because: "a file of another name stays, and is told",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", { cni: { CNI_CONF_NAME: "05-net.conf" } }),
    to: "v3.0.12",
    says: "fail",
    severity: "warning",
    fix: "CNI_OLD_CONF_NAME=05-net.conf",
  },
  {
    because: "a file that names it in CNI_OLD_CONF_NAME passes",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", { cni: { CNI_CONF_NAME: "05-net.conf" } }),
    to: "v3.0.12",
    file: [aDaemonSet(daemonSetWith("v3.0.12", { cni: { CNI_OLD_CONF_NAME: "05-net.conf" } }))],
    says: "pass",
  },
  {
    because: "the usual name is deleted by the new installer",
    release: "v2.6.12",
    to: "v3.0.12",
    says: "pass",
  },
  { because: "within v3 nothing changes", release: "v3.0.12", to: "v3.1.7", says: "n/a" },
  {
    because: "a ConfigMap that may not be read is unknown",
    release: "v2.6.12",
    readings: { configMaps: forbidden },
    to: "v3.0.12",
    says: "unknown",
  },
]);

casesOf("calico-node v3 would not find its etcd", etcdAuthority, [
  {
    because: "a container with the old variables only is named",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", { datastore: "etcd", node: { ETCD_AUTHORITY: "10.0.0.1:2379" } }),
    to: "v3.0.12",
    says: "fail",
    severity: "error",
    words: "calico-node's ETCD_AUTHORITY",
  },
  {
    because: "one that has ETCD_ENDPOINTS too is fine",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", {
      datastore: "etcd",
      node: { ETCD_AUTHORITY: "10.0.0.1:2379", ETCD_ENDPOINTS: "http://10.0.0.1:2379" },
    }),
    to: "v3.0.12",
    says: "pass",
  },
  {
    because: "what the file brings counts, not what runs",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", { datastore: "etcd", node: { ETCD_AUTHORITY: "10.0.0.1:2379" } }),
    to: "v3.0.12",
    file: [
      aDaemonSet(
        daemonSetWith("v3.0.12", { datastore: "etcd", node: { ETCD_ENDPOINTS: "http://10.0.0.1:2379" } }),
      ),
    ],
    says: "pass",
    words: "the file",
  },
  { because: "the Kubernetes datastore has none", release: "v2.6.12", to: "v3.0.12", says: "n/a" },
  {
    because: "unread ConfigMaps are unknown",
    ...v26,
    readings: { configMaps: forbidden },
    to: "v3.0.12",
    says: "unknown",
  },
]);

casesOf("files for calicoctl would be refused", calicoctlFiles, [
  {
    because: "they are outside the cluster: what to do is told",
    ...v26,
    to: "v3.0.12",
    says: "unknown",
    severity: "info",
    fix: "calicoctl convert",
  },
  { because: "within v3 nothing is converted", release: "v3.1.7", to: "v3.2.8", says: "n/a" },
]);

casesOf("an apply would restart all nodes, uncordoned", strategy, [
  {
    because: "an OnDelete DaemonSet becomes RollingUpdate",
    release: "v2.6.12",
    daemonSet: daemonSetWith("v2.6.12", { strategy: "OnDelete" }),
    to: "v3.0.12",
    says: "fail",
    severity: "warning",
    seen: ["DaemonSet kube-system/calico-node"],
  },
  { because: "where it is so already nothing changes", release: "v2.6.12", to: "v3.0.12", says: "pass" },
  { because: "within v3 nothing changes", release: "v3.1.7", to: "v3.2.8", says: "n/a" },
  {
    because: "an unread DaemonSet is unknown",
    readings: { daemonSets: forbidden },
    to: "v3.0.12",
    says: "unknown",
  },
]);

const system = (name: string, osImage: string): KubeObject => {
  const made = aNode(name);
  const status = made["status"] as { readonly nodeInfo: object };
  return { ...made, status: { ...status, nodeInfo: { ...status.nodeInfo, osImage } } };
};

casesOf("pods would not start where the kubelet cannot see /var/lib/calico", kubeletMount, [
  {
    because: "nodes whose kubelet is usually in a container are named",
    release: "v3.0.12",
    nodes: [system("node-01", "Container Linux by CoreOS 1632.3.0"), system("node-02", "Ubuntu 16.04")],
    to: "v3.1.7",
    says: "fail",
    severity: "warning",
    seen: ["Node node-01"],
  },
  {
    because: "elsewhere nobody knows, and nobody is stopped",
    release: "v3.0.12",
    to: "v3.1.7",
    says: "unknown",
    severity: "warning",
  },
  {
    because: "a directory that is mounted already is seen",
    release: "v3.0.12",
    daemonSet: daemonSetWith("v3.0.12", {
      volumes: [{ name: "var-lib-calico", hostPath: { path: "/var/lib/calico" } }],
    }),
    to: "v3.1.7",
    says: "pass",
  },
  { because: "from v3.1 on it is there", release: "v3.1.7", to: "v3.2.8", says: "n/a" },
]);

casesOf("a dead peer would keep every new pod unready", deadPeer, [
  {
    because: "a silent node is told before the first restart",
    release: "v3.1.7",
    nodes: [aNode("node-01"), aNode("node-02", { ready: "Unknown" })],
    to: "v3.2.8",
    says: "fail",
    severity: "warning",
    seen: ["Node node-02"],
  },
  { because: "with all nodes Ready nothing is told", release: "v3.1.7", to: "v3.2.8", says: "pass" },
  {
    because: "without BGP there are no peers",
    release: "v3.14.2",
    config: { calico_backend: "vxlan" },
    nodes: [aNode("node-01", { ready: "False" })],
    to: "v3.15.5",
    says: "n/a",
  },
  {
    because: "unread nodes are unknown",
    release: "v3.1.7",
    readings: { nodes: forbidden },
    to: "v3.2.8",
    says: "unknown",
  },
]);

casesOf("external BGP peers would lose routes", nextHop, [
  {
    because: "peers are named",
    release: "v3.2.8",
    objects: [aCalicoObject("BGPPeer", "rack-1", { peerIP: "10.9.0.1", asNumber: 64_512 })],
    to: "v3.3.7",
    says: "fail",
    severity: "warning",
    seen: ["BGPPeer rack-1"],
  },
  { because: "without peers nothing is told", release: "v3.2.8", to: "v3.3.7", says: "pass" },
  {
    because: "with etcd they are not in the API",
    release: "v3.2.8",
    datastore: "etcd",
    to: "v3.3.7",
    says: "unknown",
    words: "etcd",
  },
  { because: "from v3.3 on nothing changes", release: "v3.3.7", to: "v3.4.4", says: "n/a" },
]);

const role: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "calico-node" },
};

casesOf("a pipeline would apply no roles", rolesMerged, [
  {
    because: "a file without roles is told",
    release: "v3.3.7",
    to: "v3.4.4",
    file: [aConfigMap()],
    says: "fail",
    severity: "warning",
  },
  { because: "a file with them passes", release: "v3.3.7", to: "v3.4.4", file: [role], says: "pass" },
  { because: "without a file nobody knows", release: "v3.3.7", to: "v3.4.4", says: "unknown" },
  { because: "from v3.4 on nothing changes", release: "v3.4.4", to: "v3.5.8", says: "n/a" },
]);

const hostLocal = {
  cni_network_config:
    '{"type": "calico", "mtu": __CNI_MTU__, "datastore_type": "kubernetes", "ipam": {"type": "host-local", "subnet": "usePodCidr"}}',
};
const v35 = { release: "v3.5.8", config: hostLocal } as const;

casesOf("addresses would be given out twice", ipam, [
  { because: "host-local is told without a file", ...v35, to: "v3.6.5", says: "fail", severity: "warning" },
  {
    because: "new images without upgrade-ipam are refused",
    ...v35,
    to: "v3.6.5",
    file: [aDaemonSet(daemonSetWith("v3.6.5", {}))],
    says: "fail",
    severity: "error",
    words: "no init container upgrade-ipam",
  },
  {
    because: "a whole manifest passes",
    ...v35,
    to: "v3.6.5",
    file: [
      aDaemonSet(
        daemonSetWith("v3.6.5", { initContainers: [{ name: "upgrade-ipam", image: "calico/cni:v3.6.5" }] }),
      ),
    ],
    says: "pass",
  },
  {
    because: "calico-ipam already needs nothing",
    release: "v3.5.8",
    to: "v3.6.5",
    says: "pass",
    words: "calico-ipam",
  },
  {
    because: "a configuration without ipam is not taken for calico-ipam",
    release: "v3.5.8",
    config: { cni_network_config: '{"ipam": {}, "type": "calico", "datastore_type": "kubernetes"}' },
    to: "v3.6.5",
    says: "unknown",
  },
  { because: "etcd always had calico-ipam", release: "v3.5.8", datastore: "etcd", to: "v3.6.5", says: "n/a" },
]);

casesOf("the server would refuse the manifest's workloads", appsVersion, [
  {
    because: "without apps/v1 nothing can be applied",
    release: "v3.7.5",
    readings: {
      served: { known: true, value: { groupVersions: ["v1", "apps/v1beta2"], kinds: [], groups: [] } },
    },
    to: "v3.8.9",
    says: "fail",
    severity: "error",
  },
  {
    because: "with it nothing stands against it",
    release: "v3.7.5",
    readings: { served: serving() },
    to: "v3.8.9",
    says: "pass",
  },
  {
    because: "unread discovery is unknown",
    release: "v3.7.5",
    readings: { served: forbidden },
    to: "v3.8.9",
    says: "unknown",
  },
  { because: "older manifests do not need it", release: "v3.6.5", to: "v3.7.5", says: "n/a" },
]);
