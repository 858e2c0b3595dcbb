/** What the pods read: the ConfigMap and, with etcd, the Secret. */
import type { KubeObject } from "../cluster/kube-object.ts";
import type { Era } from "./era.ts";

export const namespace = "kube-system";

export function configName({ flavour }: Era): string {
  return flavour === "canal" ? "canal-config" : "calico-config";
}

export function config(era: Era): KubeObject[] {
  const map: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: configName(era), namespace },
    data: data(era),
  };
  if (era.datastore === "kdd") return [map];
  const secret: KubeObject = {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { name: "calico-etcd-secrets", namespace },
  };
  return [secret, map];
}

function data(era: Era): Record<string, string> {
  const { datastore, flavour, from } = era;
  const etcd = datastore === "etcd";
  return {
    ...(etcd ? { etcd_endpoints: "http://127.0.0.1:2379", etcd_ca: "", etcd_cert: "", etcd_key: "" } : {}),
    ...(flavour === "canal" ? { canal_iface: "", masquerade: "true" } : {}),
    ...(hasTyphaKey(era) ? { typha_service_name: "none" } : {}),
    ...(hasBackendKey(era) ? { calico_backend: "bird" } : {}),
    ...(hasMtuKey(era) ? { veth_mtu: from("3.17") ? "0" : flavour === "canal" ? "1450" : "1440" } : {}),
    ...(from("2.0") && !from("2.1")
      ? { "ippool.yaml": poolYaml(etcd ? "192.168.0.0/16" : "10.244.0.0/16") }
      : {}),
    cni_network_config: JSON.stringify(networkConfig(era), undefined, 2).replace(
      '"__CNI_MTU__"',
      "__CNI_MTU__",
    ),
    ...(flavour === "canal"
      ? {
          "net-conf.json": JSON.stringify(
            { Network: "10.244.0.0/16", Backend: { Type: "vxlan" } },
            undefined,
            2,
          ),
        }
      : {}),
  };
}

export function hasBackendKey({ datastore, flavour, from }: Era): boolean {
  return flavour !== "canal" && (datastore === "etcd" || from("3.2"));
}

export function hasMtuKey({ flavour, from }: Era): boolean {
  return from(flavour === "canal" ? "3.12" : "3.2");
}

/** Typha belongs to the Kubernetes datastore and came earlier there than the key to the others. */
function hasTyphaKey({ datastore, flavour, from }: Era): boolean {
  return from(datastore === "kdd" && flavour === "hosted" ? "3.0" : "3.5");
}

function poolYaml(cidr: string): string {
  return `apiVersion: v1\nkind: ipPool\nmetadata:\n  cidr: ${cidr}\nspec:\n  nat-outgoing: true\n`;
}

function networkConfig(era: Era): Record<string, unknown> {
  const { from, flavour } = era;
  const name = "k8s-pod-network";
  const isList = from("3.0") || flavour === "canal";
  if (!isList) return { name, ...(from("2.2") ? { cniVersion: "0.1.0" } : {}), ...calicoPlugin(era) };
  const plugins: unknown[] = [
    calicoPlugin(era),
    { type: "portmap", snat: true, capabilities: { portMappings: true } },
  ];
  if (from("3.12") && !from("3.30")) plugins.push({ type: "bandwidth", capabilities: { bandwidth: true } });
  return { name, cniVersion: from("3.8") ? "0.3.1" : "0.3.0", plugins };
}

function calicoPlugin(era: Era): Record<string, unknown> {
  const { datastore, flavour, from } = era;
  const kdd = datastore === "kdd";
  const root = "https://__KUBERNETES_SERVICE_HOST__:__KUBERNETES_SERVICE_PORT__";
  // From v3.1 on the installer writes all of this into a kubeconfig.
  const token = from("3.1") ? {} : { k8s_auth_token: "__SERVICEACCOUNT_TOKEN__" };
  const address = from("3.1") ? {} : { k8s_api_root: root };
  const mtu = hasMtuKey(era)
    ? { mtu: "__CNI_MTU__" }
    : from("2.4") && flavour === "hosted"
      ? { mtu: 1500 }
      : {};
  return {
    type: "calico",
    log_level: kdd && !from("2.6") ? "debug" : "info",
    ...(from("3.16") ? { log_file_path: "/var/log/calico/cni/cni.log" } : {}),
    ...(kdd
      ? { datastore_type: "kubernetes", [from("2.2") ? "nodename" : "hostname"]: "__KUBERNETES_NODE_NAME__" }
      : {
          etcd_endpoints: "__ETCD_ENDPOINTS__",
          etcd_key_file: "__ETCD_KEY_FILE__",
          etcd_cert_file: "__ETCD_CERT_FILE__",
          etcd_ca_cert_file: "__ETCD_CA_CERT_FILE__",
        }),
    ...mtu,
    ipam: usesHostLocal(era) ? { type: "host-local", subnet: "usePodCidr" } : { type: "calico-ipam" },
    policy: { type: "k8s", ...(kdd ? {} : address), ...token },
    kubernetes: { ...(kdd ? address : {}), kubeconfig: "__KUBECONFIG_FILEPATH__" },
  };
}

function usesHostLocal({ datastore, flavour, from }: Era): boolean {
  return flavour === "canal" || (datastore === "kdd" && !from("3.6"));
}
