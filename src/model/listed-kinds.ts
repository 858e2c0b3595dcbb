import { calicoObject, type CalicoObject } from "./calico-object.ts";
import { endpointFacts } from "./endpoint.ts";
import type { KubeObject } from "./kube.ts";
import { namespaceFacts } from "./namespace.ts";
import { networkPolicyFacts } from "./network-policy.ts";
import { bindingOf, isReadBinding, isReadRole, roleFacts, type Binding, type RoleFacts } from "./rbac.ts";
import { budgetFacts, crdFacts, jobFacts, objectFacts, podUsage, serviceFacts } from "./object-facts.ts";
import { workloadMarks } from "./workload-marks.ts";

/** A kind that is listed as it is: where, and what is kept of each object. */
export interface ListedKind<T> {
  readonly resource: string;
  readonly kind: string;
  /** The first of these groups that serves it; "" is the core group. */
  readonly groups: readonly string[];
  /** undefined: the object is not kept. */
  readonly pick: (raw: KubeObject) => T | undefined;
  /** What it means that none of the groups serves the kind. */
  readonly absent:
    /** There can be no object of it. */
    | "none"
    /** Where the group is served, there is none; where it is not, Calico's data is elsewhere. */
    | "none where the group is served"
    | "unknown";
  /** Only in the namespaces of Calico. */
  readonly inCalicosNamespaces?: true;
  /** `projectcalico.org/v1` are ThirdPartyResources, v3 is Calico's API server: other objects under the same plurals. */
  readonly thirdParty?: true;
  /** What the server leaves out of the list; `pick` leaves out the same. */
  readonly labelSelector?: string;
  /** metav1.PartialObjectMetadata is enough: the objects are large and only their metadata is read. */
  readonly metadataOnly?: true;
}

/** Calico's own kinds: `crd.projectcalico.org` is the storage, the other group shows the same objects. */
const calicoGroups = ["crd.projectcalico.org", "projectcalico.org"];

function calico(
  resource: string,
  kind: string,
  spec: readonly string[],
  status?: readonly string[],
): ListedKind<CalicoObject> {
  const pick = calicoObject(spec, status);
  return { resource, kind, groups: calicoGroups, absent: "none where the group is served", pick };
}

function named(group: string, resource: string, kind: string): ListedKind<ReturnType<typeof objectFacts>> {
  return { resource, kind, groups: [group], absent: "none", pick: objectFacts };
}

/** An object of Calico's before v2.5 with the Kubernetes datastore. */
function thirdParty(resource: string, kind: string): ListedKind<ReturnType<typeof objectFacts>> {
  return { ...named("projectcalico.org", resource, kind), thirdParty: true };
}

const rbac = "rbac.authorization.k8s.io";
const role = { groups: [rbac], absent: "none", pick: calicosRole } as const;
const binding = { groups: [rbac], absent: "none", pick: calicosBinding } as const;

/** `k8s-app` of calico-node's pods in upstream's manifests. */
const ofCalicoNode = ["calico-node", "canal", "canal-node"];

function isOfCalicoNode({ metadata }: KubeObject): boolean {
  return ofCalicoNode.includes(metadata.labels?.["k8s-app"] ?? "");
}

/** Every reading that is a list of one kind, by its name in ClusterFacts. Secrets never stand here. */
export const listedKinds = {
  namespaces: kind("", "namespaces", "Namespace", namespaceFacts),
  /** Both groups show the same objects. */
  networkPolicies: {
    ...kind("networking.k8s.io", "networkpolicies", "NetworkPolicy", networkPolicyFacts),
    groups: ["networking.k8s.io", "extensions"],
  },
  /** Pods that Calico has an endpoint for. */
  endpoints: kind("", "pods", "Pod", endpointFacts),
  /** Every pod of the cluster that has not ended, but calico-node's: those are read as `pods`, and may be thousands. */
  otherPods: {
    ...kind("", "pods", "Pod", (raw) => (isOfCalicoNode(raw) ? undefined : podUsage(raw))),
    labelSelector: `k8s-app notin (${ofCalicoNode.join(",")})`,
  },
  services: kind("", "services", "Service", serviceFacts),
  serviceAccounts: {
    ...named("", "serviceaccounts", "ServiceAccount"),
    inCalicosNamespaces: true,
  },
  clusterRoles: { resource: "clusterroles", kind: "ClusterRole", ...role },
  roles: { resource: "roles", kind: "Role", ...role },
  clusterRoleBindings: { resource: "clusterrolebindings", kind: "ClusterRoleBinding", ...binding },
  roleBindings: { resource: "rolebindings", kind: "RoleBinding", ...binding },
  /** CRDs of Calico, its operator and of admin policies; what they serve stands in `served`. */
  crds: {
    ...named("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition"),
    pick: (raw: KubeObject) =>
      /(projectcalico\.org|tigera\.io|policy\.networking\.k8s\.io)$/.test(raw.metadata.name)
        ? crdFacts(raw)
        : undefined,
    metadataOnly: true,
  },
  tiers: calico("tiers", "Tier", ["order"]),
  hostEndpoints: calico("hostendpoints", "HostEndpoint", [
    "interfaceName",
    "node",
    "profiles",
    "expectedIPs",
  ]),
  ipPools: calico("ippools", "IPPool", [
    "cidr",
    "ipip",
    "ipipMode",
    "vxlanMode",
    "disabled",
    "blockSize",
    "natOutgoing",
    "nodeSelector",
  ]),
  felixConfigurations: calico("felixconfigurations", "FelixConfiguration", [
    "bpfEnabled",
    "vxlanEnabled",
    "ipipEnabled",
    "featureDetectOverride",
    "routeTableRange",
    "routeTableRanges",
    "programClusterRoutes",
    "wireguardEnabled",
    "nftablesMode",
  ]),
  bgpConfigurations: calico("bgpconfigurations", "BGPConfiguration", [
    "asNumber",
    "nodeToNodeMeshEnabled",
    "nodeMeshMaxRestartTime",
    "serviceClusterIPs",
    "programClusterRoutes",
  ]),
  bgpPeers: calico("bgppeers", "BGPPeer", [
    "peerIP",
    "asNumber",
    "node",
    "nodeSelector",
    "peerSelector",
    "keepOriginalNextHop",
    "maxRestartTime",
  ]),
  clusterInformations: calico("clusterinformations", "ClusterInformation", [
    "calicoVersion",
    "clusterType",
    "datastoreReady",
    "variant",
  ]),
  kubeControllersConfigurations: calico("kubecontrollersconfigurations", "KubeControllersConfiguration", [
    "controllers",
  ]),
  globalNetworkPolicies: calico("globalnetworkpolicies", "GlobalNetworkPolicy", [
    "order",
    "tier",
    "selector",
    "ingress",
    "egress",
  ]),
  calicoNetworkPolicies: calico("networkpolicies", "NetworkPolicy", ["order", "tier"]),
  adminNetworkPolicies: named("policy.networking.k8s.io", "adminnetworkpolicies", "AdminNetworkPolicy"),
  baselineAdminNetworkPolicies: named(
    "policy.networking.k8s.io",
    "baselineadminnetworkpolicies",
    "BaselineAdminNetworkPolicy",
  ),
  datastoreMigrations: {
    ...calico("datastoremigrations", "DatastoreMigration", [], ["phase"]),
    groups: ["migration.projectcalico.org"],
    absent: "none",
  },
  /** Definitions of ThirdPartyResources: Calico's data before v2.5 with the Kubernetes datastore. */
  thirdPartyResources: named("extensions", "thirdpartyresources", "ThirdPartyResource"),
  /** What upstream's migration to v2.5 does not copy. */
  systemNetworkPolicies: {
    ...named("alpha.projectcalico.org", "systemnetworkpolicies", "SystemNetworkPolicy"),
    groups: ["alpha.projectcalico.org", "projectcalico.org"],
    thirdParty: true,
  },
  oldGlobalConfigs: thirdParty("globalconfigs", "GlobalConfig"),
  oldIpPools: thirdParty("ippools", "IpPool"),
  oldGlobalBgpConfigs: thirdParty("globalbgpconfigs", "GlobalBgpConfig"),
  oldGlobalBgpPeers: thirdParty("globalbgppeers", "GlobalBgpPeer"),
  /** What v2.5 and v2.6 keep in their place, beside IPPools and BGPPeers. */
  globalFelixConfigs: calico("globalfelixconfigs", "GlobalFelixConfig", []),
  globalBgpConfigs: calico("globalbgpconfigs", "GlobalBGPConfig", []),
  podDisruptionBudgets: kind("policy", "poddisruptionbudgets", "PodDisruptionBudget", budgetFacts),
  priorityClasses: named("scheduling.k8s.io", "priorityclasses", "PriorityClass"),
  podSecurityPolicies: {
    ...named("policy", "podsecuritypolicies", "PodSecurityPolicy"),
    groups: ["policy", "extensions"],
  },
  tigeraStatuses: {
    ...calico("tigerastatuses", "TigeraStatus", [], ["conditions"]),
    groups: ["operator.tigera.io"],
    absent: "none",
  },
  /** The operator's own Deployment, wherever it is. */
  operators: {
    ...kind("apps", "deployments", "Deployment", (raw) =>
      raw.metadata.name === "tigera-operator" ? workloadMarks(raw) : undefined,
    ),
    groups: ["apps", "extensions"],
  },
  jobs: kind("batch", "jobs", "Job", jobFacts),
} as const satisfies Readonly<Record<string, ListedKind<unknown>>>;

function kind<T>(
  group: string,
  resource: string,
  kind: string,
  pick: (raw: KubeObject) => T | undefined,
): ListedKind<T> {
  return { resource, kind, groups: [group], absent: "unknown", pick };
}

function calicosRole(raw: KubeObject): RoleFacts | undefined {
  return isReadRole(raw.metadata.name) ? roleFacts(raw) : undefined;
}

function calicosBinding(raw: KubeObject): Binding | undefined {
  const binding = bindingOf(raw, raw.metadata.namespace ?? "");
  return isReadBinding(binding) ? binding : undefined;
}

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
