/** What the controller and the CNI plugin may do. */
import type { Era } from "./era.ts";
import { both, core, crd, read, type Rule, write } from "./rules.ts";

export function cniRules(era: Era): readonly Rule[] {
  return [
    { groups: core, resources: ["pods", "nodes", "namespaces"], verbs: "get" },
    ...(era.datastore === "etcd" ? [] : [podStatus]),
    ...(era.datastore === "etcd" || era.flavour === "canal" ? [] : [ipam]),
  ];
}

const podStatus: Rule = { groups: core, resources: ["pods/status"], verbs: "patch" };

const ipam: Rule = {
  groups: crd,
  resources: [
    "blockaffinities",
    "ipamblocks",
    "ipamhandles",
    "clusterinformations",
    "ippools",
    "ipreservations",
    "ipamconfigs",
  ],
  verbs: "get list create update delete",
};

export function controllerRules({ datastore }: Era): readonly Rule[] {
  return datastore === "etcd" ? etcdController : kddController;
}

/** From v3.32 on it looks after policies of both of Calico's groups, and after its own deployments. */
const newest: readonly Rule[] = [
  { groups: ["apps"], resources: ["daemonsets", "deployments"], verbs: read, since: "3.32" },
  {
    groups: both,
    resources: [
      "globalnetworkpolicies",
      "networkpolicies",
      "stagedglobalnetworkpolicies",
      "stagednetworkpolicies",
    ],
    verbs: "get list create update delete watch",
    since: "3.32",
  },
];

const etcdController: readonly Rule[] = [
  ...newest,
  {
    groups: ["", "extensions"],
    resources: ["pods", "namespaces", "networkpolicies"],
    verbs: "watch list",
    until: "2.6",
  },
  {
    groups: ["", "extensions"],
    resources: ["pods", "namespaces", "networkpolicies", "nodes"],
    verbs: "watch list",
    since: "2.6",
    until: "3.4",
  },
  {
    groups: ["", "extensions"],
    resources: ["serviceaccounts"],
    verbs: "watch list",
    since: "3.2",
    until: "3.4",
  },
  { groups: core, resources: ["pods", "nodes", "namespaces", "serviceaccounts"], verbs: read, since: "3.4" },
  { groups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: "watch list", since: "3.1" },
  { groups: core, resources: ["services", "services/status"], verbs: "get list update watch", since: "3.30" },
];

const kddController: readonly Rule[] = [
  { groups: core, resources: ["nodes"], verbs: read },
  { groups: core, resources: ["pods"], verbs: "get", until: "3.20" },
  { groups: core, resources: ["pods"], verbs: read, since: "3.20" },
  { groups: core, resources: ["services", "services/status"], verbs: "get list update watch", since: "3.30" },
  { groups: core, resources: ["namespaces"], verbs: read, since: "3.32" },
  { groups: crd, resources: ["ippools"], verbs: "list", until: "3.23" },
  { groups: crd, resources: ["ippools"], verbs: "list watch", since: "3.23" },
  { groups: crd, resources: ["ipreservations"], verbs: "list", since: "3.21" },
  {
    groups: crd,
    resources: ["blockaffinities", "ipamblocks", "ipamhandles"],
    verbs: "get list create update delete",
    until: "3.18",
  },
  {
    groups: crd,
    resources: ["blockaffinities", "ipamblocks", "ipamhandles"],
    verbs: "get list create update delete watch",
    since: "3.18",
  },
  { groups: crd, resources: ["clusterinformations"], verbs: "get create update", until: "3.23" },
  { groups: crd, resources: ["clusterinformations"], verbs: write, since: "3.23" },
  {
    groups: crd,
    resources: ["hostendpoints"],
    verbs: "get list create update delete",
    since: "3.14",
    until: "3.30",
  },
  { groups: crd, resources: ["hostendpoints"], verbs: "get list create update delete watch", since: "3.30" },
  {
    groups: crd,
    resources: ["kubecontrollersconfigurations"],
    verbs: "get create update watch",
    since: "3.14",
    until: "3.28",
  },
  { groups: crd, resources: ["kubecontrollersconfigurations"], verbs: write, since: "3.28" },
  { groups: crd, resources: ["tiers"], verbs: "get list create update delete watch", since: "3.29" },
  { groups: crd, resources: ["ipamconfigs"], verbs: "get list create update delete watch", since: "3.30" },
  ...newest,
  {
    groups: ["apiregistration.k8s.io"],
    resources: ["apiservices"],
    verbs: "get list watch create delete",
    since: "3.32",
  },
  {
    groups: ["apiextensions.k8s.io"],
    resources: ["customresourcedefinitions"],
    verbs: "get list watch delete",
    since: "3.32",
  },
  { groups: crd, resources: ["kubecontrollersconfigurations/status"], verbs: "get update", since: "3.32" },
];
