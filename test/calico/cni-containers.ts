/** What runs beside calico-node, and from v3.4 on before it. */
import { hasBackendKey, hasMtuKey } from "./config.ts";
import { env, etcdEndpoints, mounts, pullPolicy, servicesEndpoint } from "./env.ts";
import { type Era, image, inEra, type Ranged } from "./era.ts";

type Container = Record<string, unknown>;

export function initContainers(era: Era): Container[] {
  if (!era.from("3.4")) return [];
  const all: readonly Ranged<{ readonly container: Container; readonly only?: boolean }>[] = [
    { container: upgradeIpam(era), since: "3.6", only: era.datastore === "kdd" && era.flavour === "hosted" },
    { container: installCni(era) },
    { container: flexvolDriver(era), since: "3.8", until: "3.23" },
    { container: bpf(era, "mount-bpffs"), since: "3.22", until: "3.31" },
    { container: bpf(era, "ebpf-bootstrap"), since: "3.31" },
  ];
  return inEra(era, all).flatMap(({ container, only = true }) => (only ? [container] : []));
}

export function installCni(era: Era): Container {
  const { datastore, flavour, from } = era;
  const confName = flavour === "canal" && from("3.2") ? "10-canal.conflist" : "10-calico.conflist";
  return {
    name: "install-cni",
    image: image(era, "cni"),
    ...(from("2.0") ? pullPolicy(era) : { imagePullPolicy: "Always" }),
    command: [from("3.16") ? "/opt/cni/bin/install" : "/install-cni.sh"],
    ...servicesEndpoint(era),
    env: env(era, [
      ...(flavour === "canal"
        ? [{ name: "CALICO_CNI_SERVICE_ACCOUNT", field: "spec.serviceAccountName", since: "3.23" }]
        : []),
      { name: "CNI_CONF_NAME", value: confName, since: flavour === "canal" ? "2.6" : "3.0" },
      ...(datastore === "etcd" ? [etcdEndpoints] : []),
      { name: "CNI_NETWORK_CONFIG", key: "cni_network_config" },
      ...(datastore === "kdd" ? [{ name: "KUBERNETES_NODE_NAME", field: "spec.nodeName" }] : []),
      ...(hasMtuKey(era) ? [{ name: "CNI_MTU", key: "veth_mtu" }] : []),
      { name: "SLEEP", value: "false", since: "3.4" },
    ]),
    volumeMounts: mounts(era, [
      { path: "/host/opt/cni/bin", volume: "cni-bin-dir" },
      { path: "/host/etc/cni/net.d", volume: "cni-net-dir" },
      ...(datastore === "etcd" ? [{ path: "/calico-secrets", volume: "etcd-certs" }] : []),
    ]),
    ...privileged(era),
  };
}

function upgradeIpam(era: Era): Container {
  return {
    name: "upgrade-ipam",
    image: image(era, "cni"),
    ...pullPolicy(era),
    command: ["/opt/cni/bin/calico-ipam", "-upgrade"],
    ...servicesEndpoint(era),
    env: env(era, [
      { name: "KUBERNETES_NODE_NAME", field: "spec.nodeName" },
      ...(hasBackendKey(era) ? [{ name: "CALICO_NETWORKING_BACKEND", key: "calico_backend" }] : []),
    ]),
    volumeMounts: mounts(era, [
      { path: "/var/lib/cni/networks", volume: "host-local-net-dir" },
      { path: "/host/opt/cni/bin", volume: "cni-bin-dir" },
    ]),
    ...privileged(era),
  };
}

function flexvolDriver(era: Era): Container {
  return {
    name: "flexvol-driver",
    image: image(era, "pod2daemon-flexvol"),
    volumeMounts: mounts(era, [{ path: "/host/driver", volume: "flexvol-driver-host" }]),
    ...privileged(era),
  };
}

function bpf(era: Era, name: string): Container {
  return {
    name,
    image: image(era, "node"),
    ...pullPolicy(era),
    command: ["calico-node", "-init", "-best-effort"],
    volumeMounts: mounts(era, [
      { path: "/sys/fs", volume: "sys-fs", propagation: "Bidirectional" },
      { path: "/var/run/calico", volume: "var-run-calico", propagation: "Bidirectional" },
      { path: "/nodeproc", volume: "nodeproc", readOnly: true },
    ]),
    securityContext: { privileged: true },
  };
}

function privileged({ from }: Era): Container {
  const has = (from("3.8") && !from("3.9")) || from("3.11");
  return has ? { securityContext: { privileged: true } } : {};
}

export function flannel(era: Era): Container {
  const { from } = era;
  return {
    name: "kube-flannel",
    image: from("3.26") ? "docker.io/flannel/flannel:v0.24.4" : "quay.io/coreos/flannel:v0.11.0",
    ...pullPolicy(era),
    command: ["/opt/bin/flanneld", "--ip-masq", "--kube-subnet-mgr"],
    securityContext: { privileged: true },
    env: env(era, [
      { name: "POD_NAME", field: "metadata.name" },
      { name: "POD_NAMESPACE", field: "metadata.namespace" },
      { name: "FLANNELD_IFACE", key: "canal_iface" },
      { name: "FLANNELD_IP_MASQ", key: "masquerade" },
    ]),
    volumeMounts: mounts(era, [
      { path: "/run", volume: "run", until: "3.3" },
      { path: "/run/xtables.lock", volume: "xtables-lock", readOnly: false, since: "3.3" },
      { path: "/etc/kube-flannel/", volume: "flannel-cfg" },
    ]),
  };
}
