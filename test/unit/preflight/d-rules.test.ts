import type { KubeObject } from "../../../src/model/kube.ts";
import { aConfigMap, aDaemonSet } from "../build/a-cluster.ts";
import { casesOf, daemonSetWith, serving } from "./cases.ts";
import { aCalicoObject, forbidden, ruleOf } from "./cluster.ts";

const old = (kind: string, name: string, group = "projectcalico.org"): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, namespace: "kube-system" },
  spec: {},
});
const job = (succeeded: number): KubeObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "calico-upgrade-v2.5", namespace: "default" },
  spec: { template: { spec: { containers: [{ name: "upgrade", image: "calico/v2.5-upgrade:v0.0.1" }] } } },
  status: { succeeded },
});
const v24 = {
  release: "v2.4.1",
  to: "v2.5.1",
  readings: { served: serving("projectcalico.org/v1") },
} as const;
const pool = old("IpPool", "10-244-0-0-16");
const copied = aCalicoObject("IPPool", "10-244-0-0-16");

for (const id of ["D01", "P03"]) {
  casesOf("v2.5 would not start without its data", ruleOf(id), [
    {
      because: "what was not copied is refused or told, by name",
      ...v24,
      objects: [pool, old("GlobalConfig", "clusterguid"), copied],
      says: "fail",
      severity: id === "P03" ? "error" : "warning",
      words: "not copied: GlobalConfig clusterguid",
    },
    {
      because: "a SystemNetworkPolicy, which upstream's Job forgets, is named",
      ...v24,
      objects: [pool, copied, old("SystemNetworkPolicy", "deny", "alpha.projectcalico.org")],
      says: "fail",
      words: "SystemNetworkPolicy deny",
    },
    {
      because: "a SystemNetworkPolicy that migrate-data copied counts as copied",
      ...v24,
      objects: [
        old("SystemNetworkPolicy", "deny", "alpha.projectcalico.org"),
        aCalicoObject("GlobalNetworkPolicy", "deny"),
      ],
      says: "pass",
      words: "1 of 1",
    },
    {
      because: "what lies in another namespace old Calico never read",
      ...v24,
      objects: [{ ...pool, metadata: { name: "other", namespace: "shop" } }],
      says: "pass",
    },
    { because: "all copied passes", ...v24, objects: [pool, copied], says: "pass", words: "1 of 1" },
    { because: "with etcd there are none", ...v24, datastore: "etcd", says: "n/a" },
    {
      because: "old objects that may not be listed are unknown",
      ...v24,
      readings: { ...v24.readings, oldIpPools: forbidden },
      says: "unknown",
    },
    {
      because: "new objects that may not be listed are not taken for missing",
      ...v24,
      readings: { ...v24.readings, ipPools: forbidden },
      says: "unknown",
    },
  ]);
}

casesOf("an empty list would be taken for a complete copy", ruleOf("D01"), [
  {
    because: "a server that no longer serves the old group has nothing to copy from",
    release: "v2.4.1",
    to: "v2.5.1",
    readings: { served: serving() },
    says: "fail",
    words: "neither read nor copied",
  },
  {
    because: "without discovery nobody knows",
    release: "v2.4.1",
    to: "v2.5.1",
    readings: { served: forbidden },
    says: "unknown",
  },
]);

casesOf("the Job's own success is no proof", ruleOf("D01"), [
  {
    because: "a Job that says it succeeded and left objects out does not pass",
    ...v24,
    objects: [pool, job(1)],
    says: "fail",
    words: "Job default/calico-upgrade-v2.5 succeeded",
  },
]);

casesOf("data that no server can read would be lost", ruleOf("P03"), [
  {
    because: "a server that no longer serves the old group is refused",
    release: "v2.4.1",
    to: "v2.5.1",
    readings: { served: serving() },
    says: "fail",
    severity: "error",
    words: "no longer serves",
  },
]);

const rbac = "rbac.authorization.k8s.io";
const clusterRole = (resources: readonly string[]): KubeObject => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name: "calico-node" },
  rules: [{ apiGroups: ["crd.projectcalico.org"], resources, verbs: ["get", "list", "watch"] }],
});
const binding: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "calico-node" },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "calico-node" },
  subjects: [{ kind: "ServiceAccount", name: "calico-node", namespace: "kube-system" }],
};
const all = ["globalfelixconfigs", "globalbgpconfigs", "ippools", "bgppeers", "globalnetworkpolicies"];
const v26 = {
  release: "v2.6.12",
  to: "v3.0.12",
  daemonSet: daemonSetWith("v2.6.12", { serviceAccountName: "calico-node" }),
} as const;

casesOf("calico-node v3 would not start", ruleOf("D02"), [
  {
    because: "a right that is missing is named",
    ...v26,
    objects: [clusterRole(all.slice(1)), binding],
    says: "fail",
    severity: "warning",
    words: "may not get globalfelixconfigs",
  },
  { because: "a role that is not bound gives nothing", ...v26, objects: [clusterRole(all)], says: "fail" },
  { because: "all rights there pass", ...v26, objects: [clusterRole(all), binding], says: "pass" },
  {
    because: "a file that brings them passes",
    ...v26,
    objects: [clusterRole([])],
    file: [clusterRole(all), binding],
    says: "pass",
  },
  { because: "without RBAC there are none to give", ...v26, says: "n/a" },
  {
    because: "roles that may not be listed are unknown",
    ...v26,
    readings: { clusterRoles: forbidden },
    says: "unknown",
  },
]);

for (const [id, severity] of [
  ["D03", "warning"],
  ["P09", "error"],
] as const) {
  casesOf("new pods would get no network, with half of the data converted", ruleOf(id), [
    {
      because: "etcd's content is not in the API: what to run is told",
      release: "v2.6.12",
      datastore: "etcd",
      to: "v3.0.12",
      says: "unknown",
      severity,
      fix: "calico-upgrade dry-run",
    },
    {
      because: "the Kubernetes datastore is converted by calico-node",
      release: "v2.6.12",
      to: "v3.0.12",
      says: "n/a",
    },
    { because: "v3 is converted", release: "v3.0.12", datastore: "etcd", to: "v3.1.7", says: "n/a" },
  ]);
}

const hostLocal = {
  cni_network_config:
    '{"type": "calico", "datastore_type": "kubernetes", "ipam": {"type": "host-local", "subnet": "usePodCidr"}}',
};
const upgradeIpam = { initContainers: [{ name: "upgrade-ipam", image: "calico/cni:v3.29.1" }] };

casesOf("addresses that are in use would be given out again", ruleOf("D04"), [
  {
    because: "upgrade-ipam beside host-local is told",
    config: hostLocal,
    daemonSet: daemonSetWith("v3.29.1", upgradeIpam),
    to: "v3.30.7",
    says: "fail",
    severity: "warning",
    words: "may be given out again",
    seen: ["CNI configuration", "DaemonSet kube-system/calico-node"],
  },
  {
    because: "the move that has no way back is told",
    release: "v3.5.8",
    config: hostLocal,
    to: "v3.6.5",
    says: "fail",
    words: "no way back",
  },
  {
    because: "a file that keeps host-local passes",
    release: "v3.5.8",
    config: hostLocal,
    to: "v3.6.5",
    file: [aDaemonSet(daemonSetWith("v3.6.5", {}))],
    says: "pass",
  },
  { because: "calico-ipam passes", to: "v3.30.7", says: "pass" },
  {
    because: "a ConfigMap that may not be read is unknown",
    readings: { configMaps: forbidden },
    to: "v3.30.7",
    says: "unknown",
  },
  {
    because: "canal keeps host-local with flannel",
    config: hostLocal,
    daemonSet: { ...daemonSetWith("v3.29.1", {}), name: "canal" },
    to: "v3.30.7",
    says: "n/a",
  },
]);

const information = (datastoreReady: boolean) =>
  aCalicoObject("ClusterInformation", "default", { datastoreReady });
const notServed = { known: false, why: "not served", message: "the server doesn't have it" } as const;

casesOf("somebody else's migration would be broken", ruleOf("D05"), [
  {
    because: "a datastore that is not ready is refused",
    objects: [information(false)],
    says: "fail",
    severity: "error",
    seen: ["ClusterInformation default"],
  },
  {
    because: "also where etcd is being left",
    datastore: "etcd",
    objects: [information(false)],
    says: "fail",
  },
  {
    because: "calico-node and CNI plugin with different datastores are refused",
    config: { cni_network_config: '{"etcd_endpoints": "__ETCD_ENDPOINTS__"}' },
    says: "fail",
    severity: "error",
    words: "different datastores",
  },
  {
    because: "a file that gives both the same one mends it",
    config: { cni_network_config: '{"etcd_endpoints": "__ETCD_ENDPOINTS__"}' },
    file: [
      aDaemonSet(daemonSetWith("v3.29.1", {})),
      aConfigMap({ cni_network_config: '{"datastore_type": "kubernetes"}' }),
    ],
    says: "pass",
  },
  {
    because: "one that leaves it as it is does not",
    config: { cni_network_config: '{"etcd_endpoints": "__ETCD_ENDPOINTS__"}' },
    file: [aDaemonSet(daemonSetWith("v3.29.1", {}))],
    says: "fail",
    words: "different datastores",
  },
  { because: "a datastore that is ready passes", objects: [information(true)], says: "pass" },
  {
    because: "etcd passes, and its own lock is said not to be seen",
    datastore: "etcd",
    readings: { clusterInformations: notServed },
    says: "pass",
    words: "calicoctl",
  },
  {
    because: "one that may not be read is unknown",
    readings: { clusterInformations: forbidden },
    says: "unknown",
  },
]);

const migration = (phase?: string): KubeObject => ({
  apiVersion: "migration.projectcalico.org/v1beta1",
  kind: "DatastoreMigration",
  metadata: { name: "v3" },
  ...(phase === undefined ? {} : { status: { phase } }),
});
const native = { CALICO_API_GROUP: "projectcalico.org/v3" };
const v332 = { release: "v3.32.0", to: "v3.32.1" } as const;

casesOf("calico-node would look for its data in the wrong place", ruleOf("D06"), [
  {
    because: "one that is under way is refused",
    ...v332,
    objects: [migration("WaitingForConflictResolution")],
    says: "fail",
    severity: "error",
  },
  {
    because: "one that has not begun is under way",
    ...v332,
    objects: [migration()],
    says: "fail",
    words: "v3 (Pending)",
  },
  {
    because: "a file that takes CALICO_API_GROUP away is refused",
    ...v332,
    daemonSet: daemonSetWith("v3.32.0", { node: native }),
    file: [aDaemonSet(daemonSetWith("v3.32.1", {}))],
    says: "fail",
    severity: "error",
    words: "not told CALICO_API_GROUP",
  },
  {
    because: "a file that keeps it passes",
    ...v332,
    daemonSet: daemonSetWith("v3.32.0", { node: native }),
    objects: [migration("Complete")],
    file: [aDaemonSet(daemonSetWith("v3.32.1", { node: native }))],
    says: "pass",
  },
  {
    because: "a finished one whose nodes are not told is a warning",
    ...v332,
    objects: [migration("Complete")],
    says: "fail",
    severity: "warning",
  },
  { because: "without one nothing stands against it", ...v332, says: "pass" },
  {
    because: "unread ones are unknown",
    ...v332,
    readings: { datastoreMigrations: forbidden },
    says: "unknown",
  },
]);
