import type { FieldChange } from "./settings.ts";

/** What a setting is about, and so which rule reports it. */
export type SettingKind =
  | "addresses"
  | "pools"
  | "mtu"
  | "backend"
  | "encapsulation"
  | "dataplane"
  | "etcd"
  | "datastore"
  | "typha"
  | "cni"
  | "API server"
  | "image"
  | "pull secret"
  | "host path"
  | "other";

/** Environment of calico-node, its controller and the CNI installer. */
const variables: readonly (readonly [SettingKind, RegExp])[] = [
  ["addresses", /^(IP6?(_AUTODETECTION_METHOD)?|NODENAME|AS|CALICO_ROUTER_ID)$/],
  [
    "pools",
    /^(CALICO_IPV[46]POOL_(CIDR|BLOCK_SIZE|NAT_OUTGOING|NODE_SELECTOR|DISABLE_BGP_EXPORT)|NO_DEFAULT_POOLS)$/,
  ],
  ["mtu", /^(CNI_MTU|FELIX_[A-Z0-9]*MTU)$/],
  ["backend", /^CALICO_NETWORKING(_BACKEND)?$/],
  ["encapsulation", /^(CALICO_IPV[46]POOL_(IPIP|VXLAN)|FELIX_(IPINIP|VXLAN)ENABLED)$/],
  ["dataplane", /^FELIX_BPFENABLED$/],
  ["etcd", /^ETCD_(ENDPOINTS|AUTHORITY|SCHEME)$/],
  ["datastore", /^DATASTORE_TYPE$/],
  ["typha", /^FELIX_TYPHAK8SSERVICENAME$/],
  ["cni", /^CNI_(NETWORK_CONFIG|CONF_NAME|NET_DIR)$/],
  ["API server", /^KUBERNETES_SERVICE_(HOST|PORT)$/],
];

/** Keys of calico-config, canal-config and kubernetes-services-endpoint. */
const keys: Readonly<Record<string, SettingKind>> = {
  KUBERNETES_SERVICE_HOST: "API server",
  KUBERNETES_SERVICE_PORT: "API server",
  calico_backend: "backend",
  canal_iface: "addresses",
  cni_network_config: "cni",
  etcd_endpoints: "etcd",
  kubernetes_service_host: "API server",
  kubernetes_service_port: "API server",
  "net-conf.json": "encapsulation",
  typha_service_name: "typha",
  veth_mtu: "mtu",
};

export function subjectKind(
  object: string,
  { path, variable }: Pick<FieldChange, "path" | "variable">,
): SettingKind {
  if (variable !== undefined) return variables.find(([, names]) => names.test(variable))?.[0] ?? "other";
  if (object === "ConfigMap" && path[0] === "data") return keys[path[1] ?? ""] ?? "other";
  if (path.slice(-3).join(".") === "volumes.hostPath.path") return "host path";
  if (path.includes("imagePullSecrets")) return "pull secret";
  return path.at(-1) === "image" ? "image" : "other";
}
