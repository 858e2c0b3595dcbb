/** The container calico-node. */
import { hasMtuKey } from "./config.ts";
import { env, etcdAccess, mounts, type Mount, pullPolicy, servicesEndpoint, type Variable } from "./env.ts";
import { type Era, image } from "./era.ts";

export function nodeContainer(era: Era): Record<string, unknown> {
  const { from, flavour } = era;
  const variables =
    flavour === "canal" ? canalVariables : era.datastore === "kdd" ? kddVariables : etcdVariables;
  return {
    name: "calico-node",
    image: image(era, "node"),
    ...pullPolicy(era),
    ...servicesEndpoint(era),
    env: env(era, [...variables, ...(flavour === "canal" ? [] : mtuVariables(era)), ...commonVariables]),
    securityContext: { privileged: true },
    ...(from("2.1") ? { resources: { requests: { cpu: "250m" } } } : {}),
    ...(from("3.20")
      ? { lifecycle: { preStop: { exec: { command: ["/bin/calico-node", "-shutdown"] } } } }
      : {}),
    ...probes(era),
    volumeMounts: mounts(era, [...nodeMounts, ...(era.datastore === "etcd" ? [secrets] : [])]),
  };
}

const kddVariables: readonly Variable[] = [
  { name: "DATASTORE_TYPE", value: "kubernetes" },
  { name: "FELIX_TYPHAK8SSERVICENAME", key: "typha_service_name", since: "3.0", until: "3.5" },
  { name: "WAIT_FOR_DATASTORE", value: "true", since: "2.1" },
  { name: "HOSTNAME", field: "spec.nodeName", until: "2.1" },
  { name: "NODENAME", field: "spec.nodeName", since: "2.1" },
  { name: "CALICO_NETWORKING_BACKEND", value: "none", until: "2.2" },
  { name: "CALICO_NETWORKING_BACKEND", key: "calico_backend", since: "3.2" },
  { name: "CLUSTER_TYPE", value: "k8s,bgp", since: "2.4" },
  { name: "IP", value: "", until: "3.0" },
  { name: "IP", value: "autodetect", since: "3.0" },
  { name: "CALICO_IPV4POOL_IPIP", value: "always", since: "2.2", until: "3.0" },
  { name: "CALICO_IPV4POOL_IPIP", value: "Always", since: "3.0" },
  { name: "CALICO_IPV4POOL_CIDR", value: "10.244.0.0/16", since: "2.1", until: "2.2" },
  { name: "CALICO_IPV4POOL_CIDR", value: "192.168.0.0/16", since: "2.2", until: "3.13" },
  { name: "FELIX_IPINIPENABLED", value: "true", since: "2.2", until: "3.3" },
];

const etcdVariables: readonly Variable[] = [
  ...etcdAccess,
  { name: "CALICO_K8S_NODE_REF", field: "spec.nodeName", since: "2.6" },
  { name: "CALICO_NETWORKING_BACKEND", key: "calico_backend" },
  { name: "CLUSTER_TYPE", value: "k8s,bgp", since: "2.4" },
  { name: "IP", value: "", until: "3.0" },
  { name: "IP", value: "autodetect", since: "3.0" },
  { name: "NO_DEFAULT_POOLS", value: "true", since: "2.0", until: "2.1" },
  { name: "CALICO_IPV4POOL_IPIP", value: "always", since: "2.1", until: "3.0" },
  { name: "CALICO_IPV4POOL_IPIP", value: "Always", since: "3.0" },
  { name: "CALICO_IPV4POOL_CIDR", value: "192.168.0.0/16", since: "2.1", until: "3.13" },
];

const canalVariables: readonly Variable[] = [
  { name: "DATASTORE_TYPE", value: "kubernetes" },
  { name: "USE_POD_CIDR", value: "true", since: "3.7" },
  { name: "WAIT_FOR_DATASTORE", value: "true" },
  { name: "NODENAME", field: "spec.nodeName" },
  { name: "CALICO_CNI_SERVICE_ACCOUNT", field: "spec.serviceAccountName", since: "3.23" },
  { name: "CALICO_NETWORKING_BACKEND", value: "none" },
  { name: "CLUSTER_TYPE", value: "k8s,canal" },
  { name: "FELIX_IPTABLESREFRESHINTERVAL", value: "60" },
  { name: "IP", value: "" },
  { name: "CALICO_IPV4POOL_CIDR", value: "192.168.0.0/16", since: "3.2", until: "3.13" },
];

function mtuVariables(era: Era): readonly Variable[] {
  const fromMap = hasMtuKey(era);
  return [
    { name: "CALICO_IPV4POOL_VXLAN", value: "Never", since: "3.14" },
    { name: "CALICO_IPV6POOL_VXLAN", value: "Never", since: "3.23" },
    { name: "FELIX_IPINIPMTU", since: "2.4", ...(fromMap ? { key: "veth_mtu" } : { value: "1440" }) },
    { name: "FELIX_VXLANMTU", key: "veth_mtu", since: "3.14" },
    { name: "FELIX_WIREGUARDMTU", key: "veth_mtu", since: "3.15" },
  ];
}

const commonVariables: readonly Variable[] = [
  { name: "CALICO_DISABLE_FILE_LOGGING", value: "true" },
  { name: "FELIX_DEFAULTENDPOINTTOHOSTACTION", value: "ACCEPT", since: "2.0" },
  { name: "FELIX_IPV6SUPPORT", value: "false", since: "2.1" },
  { name: "FELIX_LOGSEVERITYSCREEN", value: "info", since: "2.0", until: "3.19" },
  { name: "FELIX_HEALTHENABLED", value: "true", since: "2.4" },
];

const secrets: Mount = { path: "/calico-secrets", volume: "etcd-certs" };

const nodeMounts: readonly Mount[] = [
  { path: "/host/etc/cni/net.d", volume: "cni-net-dir", readOnly: false, since: "3.20" },
  { path: "/lib/modules", volume: "lib-modules", readOnly: true },
  { path: "/run/xtables.lock", volume: "xtables-lock", readOnly: false, since: "3.3" },
  { path: "/var/run/calico", volume: "var-run-calico", readOnly: false },
  { path: "/var/lib/calico", volume: "var-lib-calico", readOnly: false, since: "3.1" },
  { path: "/var/run/nodeagent", volume: "policysync", since: "3.8" },
  { path: "/sys/fs/", volume: "sysfs", propagation: "Bidirectional", since: "3.16", until: "3.22" },
  { path: "/sys/fs/bpf", volume: "bpffs", since: "3.22" },
  { path: "/var/log/calico/cni", volume: "cni-log-dir", readOnly: true, since: "3.17" },
];

function probes(era: Era): Record<string, unknown> {
  if (!era.from("2.4")) return {};
  return {
    livenessProbe: {
      ...liveness(era),
      periodSeconds: 10,
      initialDelaySeconds: 10,
      failureThreshold: 6,
      ...timeout(era),
    },
    readinessProbe: { ...readiness(era), periodSeconds: 10, ...timeout(era) },
  };
}

function liveness({ from, flavour }: Era): Record<string, unknown> {
  if (from(flavour === "canal" ? "3.9" : "3.8")) {
    return exec("-felix-live", ...(flavour === "canal" ? [] : ["-bird-live"]));
  }
  return http("/liveness", from("3.2"));
}

/** Canal runs no BIRD that could be ready. */
function readiness({ from, flavour }: Era): Record<string, unknown> {
  if (flavour === "canal" || !from("3.2")) return http("/readiness", from("3.2"));
  return from("3.9") ? exec("-felix-ready", "-bird-ready") : exec("-bird-ready", "-felix-ready");
}

function exec(...flags: string[]): Record<string, unknown> {
  return { exec: { command: ["/bin/calico-node", ...flags] } };
}

function http(path: string, local: boolean): Record<string, unknown> {
  return { httpGet: { path, port: 9099, ...(local ? { host: "localhost" } : {}) } };
}

function timeout({ from }: Era): Record<string, unknown> {
  return from("3.20") ? { timeoutSeconds: 10 } : {};
}
