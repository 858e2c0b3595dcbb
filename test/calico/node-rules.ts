/** What calico-node may do; the differences between releases are what upgrades stumble over. */
import { nodeAccount } from "./accounts.ts";
import type { Era } from "./era.ts";
import { both, core, crd, read, type Rule, write } from "./rules.ts";

export function nodeRules(era: Era): readonly Rule[] {
  const own = nodeAccount(era);
  const cni = "calico-cni-plugin";
  const mayGetTokenOf = (names: readonly string[], range: Pick<Rule, "since" | "until">): Rule => ({
    groups: core,
    resources: ["serviceaccounts/token"],
    names,
    verbs: "create",
    ...range,
  });
  const token = [
    mayGetTokenOf([own], { since: "3.23", until: "3.26" }),
    mayGetTokenOf(era.flavour === "canal" ? [own, cni] : [cni], { since: "3.26" }),
  ];
  if (era.datastore === "etcd") return [...etcdNode, ...token];
  return [
    ...kddCore,
    ...thirdPartyResources,
    ...kddResources,
    ...token,
    ...(era.flavour === "canal" ? canalIpam : kddIpam),
  ];
}

const etcdNode: readonly Rule[] = [
  { groups: core, resources: ["pods", "nodes"], verbs: "get", until: "3.3" },
  { groups: core, resources: ["pods", "nodes", "namespaces"], verbs: "get", since: "3.3" },
  { groups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: "watch list", since: "3.20" },
  { groups: core, resources: ["endpoints", "services"], verbs: "watch list", since: "3.4" },
  { groups: core, resources: ["configmaps"], verbs: "get", since: "3.13" },
  { groups: core, resources: ["nodes/status"], verbs: "patch", since: "3.3" },
];

const kddCore: readonly Rule[] = [
  { groups: core, resources: ["namespaces"], verbs: read },
  { groups: core, resources: ["pods/status"], verbs: "update", until: "3.3" },
  { groups: core, resources: ["pods/status"], verbs: "patch", since: "3.3" },
  { groups: core, resources: ["pods"], verbs: read },
  { groups: core, resources: ["pods"], verbs: "patch", since: "3.0", until: "3.3" },
  { groups: core, resources: ["nodes"], verbs: "get list update watch", until: "3.4" },
  { groups: core, resources: ["nodes"], verbs: read, since: "3.4" },
  { groups: core, resources: ["nodes/status"], verbs: "patch update", since: "3.4" },
  { groups: core, resources: ["services", "endpoints"], verbs: "get", since: "3.0", until: "3.4" },
  { groups: core, resources: ["services", "endpoints"], verbs: read, since: "3.4" },
  { groups: core, resources: ["serviceaccounts"], verbs: read, since: "3.2", until: "3.4" },
  { groups: core, resources: ["serviceaccounts"], verbs: "list watch", since: "3.4" },
  { groups: core, resources: ["configmaps"], verbs: "get", since: "3.13" },
  { groups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: "watch list", since: "3.20" },
  { groups: ["extensions"], resources: ["networkpolicies"], verbs: read, until: "3.4" },
  { groups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: "watch list", since: "3.1" },
  {
    groups: ["policy.networking.k8s.io"],
    resources: ["adminnetworkpolicies"],
    verbs: "watch list",
    since: "3.29",
    until: "3.32",
  },
  {
    groups: ["policy.networking.k8s.io"],
    resources: ["baselineadminnetworkpolicies"],
    verbs: "watch list",
    since: "3.30",
    until: "3.32",
  },
  {
    groups: ["policy.networking.k8s.io"],
    resources: ["clusternetworkpolicies"],
    verbs: "watch list",
    since: "3.32",
  },
  { groups: ["apps"], resources: ["daemonsets"], verbs: "get", since: "3.6" },
];

/** Before v2.5, and from then on no more at all. */
const thirdPartyResources: readonly Rule[] = [
  {
    groups: ["extensions"],
    resources: ["thirdpartyresources"],
    verbs: "create get list watch",
    until: "2.5",
  },
  { groups: ["projectcalico.org"], resources: ["globalconfigs", "ippools"], verbs: write, until: "2.5" },
  {
    groups: ["projectcalico.org"],
    resources: ["globalbgpconfigs"],
    verbs: write,
    since: "2.4",
    until: "2.5",
  },
  {
    groups: ["projectcalico.org"],
    resources: ["globalbgppeers"],
    verbs: "get list",
    since: "2.4",
    until: "2.5",
  },
  {
    groups: ["alpha.projectcalico.org"],
    resources: ["systemnetworkpolicies"],
    verbs: read,
    since: "2.3",
    until: "2.5",
  },
];

const kddResources: readonly Rule[] = [
  {
    groups: crd,
    resources: ["bgppeers", "globalbgpconfigs", "globalfelixconfigs", "globalnetworkpolicies", "ippools"],
    verbs: write,
    since: "2.5",
    until: "3.7",
  },
  {
    groups: crd,
    resources: ["bgpconfigurations", "clusterinformations", "felixconfigurations", "networkpolicies"],
    verbs: write,
    since: "3.0",
    until: "3.7",
  },
  {
    groups: crd,
    resources: ["globalnetworksets", "hostendpoints"],
    verbs: write,
    since: "3.1",
    until: "3.7",
  },
  {
    groups: crd,
    resources: ["bgppeers", "bgpconfigurations", "clusterinformations", "felixconfigurations", "ippools"],
    verbs: write,
    since: "3.7",
    until: "3.32",
  },
  {
    groups: both,
    resources: ["bgppeers", "bgpconfigurations", "clusterinformations", "felixconfigurations", "ippools"],
    verbs: write,
    since: "3.32",
  },
  {
    groups: crd,
    resources: [
      "globalfelixconfigs",
      "globalbgpconfigs",
      "globalnetworkpolicies",
      "globalnetworksets",
      "hostendpoints",
      "networkpolicies",
      "networksets",
    ],
    verbs: read,
    since: "3.7",
    until: "3.32",
  },
  {
    groups: both,
    resources: [
      "globalfelixconfigs",
      "globalbgpconfigs",
      "globalnetworkpolicies",
      "globalnetworksets",
      "hostendpoints",
      "networkpolicies",
      "networksets",
    ],
    verbs: read,
    since: "3.32",
  },
  { groups: crd, resources: ["caliconodestatuses"], verbs: "get list update watch", since: "3.21" },
  { groups: crd, resources: ["ipreservations"], verbs: read, since: "3.21" },
  { groups: crd, resources: ["bgpfilters"], verbs: read, since: "3.26" },
  { groups: crd, resources: ["tiers"], verbs: "create get list watch", since: "3.29" },
  {
    groups: crd,
    resources: ["stagedglobalnetworkpolicies", "stagedkubernetesnetworkpolicies", "stagednetworkpolicies"],
    verbs: read,
    since: "3.30",
  },
  {
    groups: ["projectcalico.org"],
    resources: [
      "caliconodestatuses",
      "ipreservations",
      "bgpfilters",
      "tiers",
      "stagedglobalnetworkpolicies",
      "stagedkubernetesnetworkpolicies",
      "stagednetworkpolicies",
    ],
    verbs: read,
    since: "3.32",
  },
];

const kddIpam: readonly Rule[] = [
  {
    groups: crd,
    resources: ["blockaffinities", "ipamblocks", "ipamhandles"],
    verbs: "create delete get list update watch",
    since: "3.6",
  },
  { groups: crd, resources: ["ipamconfigs"], verbs: "get", since: "3.6", until: "3.24" },
  { groups: crd, resources: ["ipamconfigs"], verbs: "get create", since: "3.24" },
  { groups: crd, resources: ["ipamconfigurations"], verbs: "get create", since: "3.32" },
];

/** flannel gives the addresses. */
const canalIpam: readonly Rule[] = [
  { groups: crd, resources: ["ipamblocks"], verbs: read, since: "3.6", until: "3.9" },
  { groups: crd, resources: ["blockaffinities", "ipamblocks"], verbs: read, since: "3.9" },
];
