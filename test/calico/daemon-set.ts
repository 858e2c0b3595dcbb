/** The DaemonSet with calico-node. */
import type { KubeObject } from "../cluster/kube-object.ts";
import { nodeAccount } from "./accounts.ts";
import { flannel, initContainers, installCni } from "./cni-containers.ts";
import { configName, namespace } from "./config.ts";
import { type Era, inEra, type Ranged } from "./era.ts";
import { nodeContainer } from "./node-container.ts";

export function daemonSet(era: Era): KubeObject {
  const { flavour, from } = era;
  const name = flavour === "canal" ? "canal" : "calico-node";
  const labels = { "k8s-app": name };
  return {
    apiVersion: from("3.8") ? "apps/v1" : "extensions/v1beta1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      // Earlier manifests name none, and their API group's default is OnDelete.
      ...(from("3.0")
        ? { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } } }
        : {}),
      template: { metadata: { labels, ...annotations(era) }, spec: podSpec(era) },
    },
  };
}

function podSpec(era: Era): Record<string, unknown> {
  const { flavour, from } = era;
  const init = initContainers(era);
  return {
    ...osSelector(era),
    hostNetwork: true,
    ...tolerations(era),
    ...(from("2.2") ? { serviceAccountName: nodeAccount(era) } : {}),
    ...(from("3.29") ? { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } : {}),
    ...(from("2.6") ? { terminationGracePeriodSeconds: 0 } : {}),
    ...(from("3.8") ? { priorityClassName: "system-node-critical" } : {}),
    ...(init.length === 0 ? {} : { initContainers: init }),
    containers: [
      nodeContainer(era),
      ...(from("3.4") ? [] : [installCni(era)]),
      ...(flavour === "canal" ? [flannel(era)] : []),
    ],
    volumes: volumes(era),
  };
}

export function osSelector({ from }: Era): Record<string, unknown> {
  if (!from("3.2")) return {};
  return { nodeSelector: { [from("3.12") ? "kubernetes.io/os" : "beta.kubernetes.io/os"]: "linux" } };
}

function annotations({ from }: Era): Record<string, unknown> {
  return from("3.15") ? {} : { annotations: { "scheduler.alpha.kubernetes.io/critical-pod": "" } };
}

function tolerations({ datastore, flavour, from }: Era): Record<string, unknown> {
  const critical = { key: "CriticalAddonsOnly", operator: "Exists" };
  if (from("3.0") || flavour === "canal") {
    const all = (effect: string) => ({ effect, operator: "Exists" });
    return { tolerations: [all("NoSchedule"), critical, all("NoExecute")] };
  }
  if (datastore === "kdd" && from("2.2")) {
    return { tolerations: [{ key: "node-role.kubernetes.io/master", effect: "NoSchedule" }, critical] };
  }
  return {};
}

type Volume = { readonly name: string; readonly path: string; readonly type?: string };

function volumes(era: Era): Record<string, unknown>[] {
  const { datastore, flavour, from } = era;
  const created = from("3.27") ? { type: "DirectoryOrCreate" } : {};
  const hosted = datastore === "kdd" && flavour === "hosted";
  const paths: readonly Ranged<Volume>[] = [
    { name: "lib-modules", path: "/lib/modules" },
    { name: "var-run-calico", path: "/var/run/calico", ...created },
    { name: "var-lib-calico", path: "/var/lib/calico", ...created, since: "3.1" },
    { name: "xtables-lock", path: "/run/xtables.lock", type: "FileOrCreate", since: "3.3" },
    { name: "sysfs", path: "/sys/fs/", type: "DirectoryOrCreate", since: "3.16", until: "3.22" },
    { name: "sys-fs", path: "/sys/fs/", type: "DirectoryOrCreate", since: "3.22" },
    { name: "bpffs", path: "/sys/fs/bpf", type: "Directory", since: "3.22" },
    { name: "nodeproc", path: "/proc", since: "3.22" },
    { name: "cni-bin-dir", path: "/opt/cni/bin", ...created },
    { name: "cni-net-dir", path: "/etc/cni/net.d" },
    { name: "cni-log-dir", path: "/var/log/calico/cni", since: "3.17" },
    ...(hosted ? [{ name: "host-local-net-dir", path: "/var/lib/cni/networks", since: "3.6" }] : []),
    { name: "policysync", path: "/var/run/nodeagent", type: "DirectoryOrCreate", since: "3.8" },
    {
      name: "flexvol-driver-host",
      path: flexvolPath,
      type: "DirectoryOrCreate",
      since: "3.8",
      until: "3.23",
    },
    ...(flavour === "canal" ? [{ name: "run", path: "/run", until: "3.3" }] : []),
  ];
  return [
    ...inEra(era, paths).map(({ name, path, type }) => ({
      name,
      hostPath: { path, ...(type === undefined ? {} : { type }) },
    })),
    ...(datastore === "etcd" ? [etcdCerts(era, 0o400)] : []),
    ...(flavour === "canal" ? [{ name: "flannel-cfg", configMap: { name: configName(era) } }] : []),
  ];
}

const flexvolPath = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds";

export function etcdCerts({ from }: Era, mode: number): Record<string, unknown> {
  const secret = { secretName: "calico-etcd-secrets", ...(from("3.1") ? { defaultMode: mode } : {}) };
  return { name: "etcd-certs", secret };
}
