import type { Change } from "./template-pair.ts";

const addresses = new Set([
  "IP",
  "IP6",
  "IP_AUTODETECTION_METHOD",
  "IP6_AUTODETECTION_METHOD",
  "NODENAME",
  "AS",
  "CALICO_ROUTER_ID",
]);

/** What belongs to one rule is not told by another. */
export const settings = {
  /** `IP: ""` of v2 and `autodetect` of v3 are the same. */
  addresses: ({ name, live = "", file = "" }: Change) =>
    addresses.has(name) && !(name === "IP" && [live, file].every((each) => /^(autodetect)?$/.test(each))),
  pools: ({ name }: Change) =>
    /^CALICO_IPV[46]POOL_(CIDR|BLOCK_SIZE|NAT_OUTGOING|NODE_SELECTOR)$|^NO_DEFAULT_POOLS$/.test(name),
  mtu: ({ name }: Change) => /^(CNI_MTU|FELIX_[A-Z]*MTU)$/.test(name),
  backend: ({ name }: Change) => /^CALICO_NETWORKING(_BACKEND)?$/.test(name),
  encapsulation: ({ name }: Change) =>
    /^(CALICO_IPV[46]POOL_(IPIP|VXLAN)|FELIX_(IPINIP|VXLAN)ENABLED)$/.test(name),
  etcd: ({ name }: Change) => /^ETCD_(ENDPOINTS|AUTHORITY|SCHEME)$/.test(name),
  typha: ({ name }: Change) => name === "FELIX_TYPHAK8SSERVICENAME",
} as const satisfies Readonly<Record<string, (change: Change) => boolean>>;

/** Rules of their own look at these, or they say nothing about how calico-node behaves. */
const elsewhere =
  /^(DATASTORE_TYPE|CLUSTER_TYPE|CNI_NETWORK_CONFIG|CNI_CONF_NAME|SLEEP|CALICO_API_GROUP|FELIX_LOGSEVERITYSCREEN|CALICO_DISABLE_FILE_LOGGING|KUBERNETES_SERVICE_(HOST|PORT))$/;

/** Lost, not new: what only the file sets is the new release's own. */
export function isOtherLoss(change: Change): boolean {
  return (
    change.live !== undefined &&
    change.live !== "" &&
    !elsewhere.test(change.name) &&
    !Object.values(settings).some((matches) => matches(change))
  );
}
