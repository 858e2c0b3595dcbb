/** The command lines of a control plane, per version of Kubernetes. */
import { delimiter, join } from "node:path";
import type { BinaryName } from "./binaries/recipes.ts";
import type { Command } from "./processes.ts";
import type { ClusterFolder } from "./state.ts";

export type Ports = {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
};

export type Layout = {
  readonly folder: ClusterFolder;
  readonly ports: Ports;
  readonly binaries: Readonly<Record<BinaryName, string>>;
  /** 15 for Kubernetes 1.15. */
  readonly minor: number;
  readonly extraApiServerFlags: readonly string[];
  /** Nodes whose kubelet falls silent are lost after a minute, not after ten seconds. */
  readonly rareLeases: boolean;
};

/** Pods' Services never meet a network here; the first address only has to be in the certificate. */
export const serviceRange = "10.96.0.0/16";
export const firstServiceAddress = "10.96.0.1";

/** A node is lost this long after its kubelet fell silent; leases are renewed four times within their seconds. */
const often = { gracePeriod: "10s", leaseSeconds: 8 } as const;
const rare = { gracePeriod: "60s", leaseSeconds: 40 } as const;

function silence({ rareLeases }: Pick<Layout, "rareLeases">): typeof often | typeof rare {
  return rareLeases ? rare : often;
}

export function etcd({ folder, ports, binaries }: Layout): Command {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    component: "etcd",
    path: binaries.etcd,
    args: [
      `--data-dir=${join(folder.path, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
    ],
  };
}

export function apiServer({ folder, ports, binaries, minor, extraApiServerFlags }: Layout): Command {
  const pki = (file: string) => join(folder.pki, file);
  return {
    component: "kube-apiserver",
    path: binaries["kube-apiserver"],
    args: [
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${ports.apiServer}`,
      ...(minor < 24 ? ["--insecure-port=0"] : []),
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      `--tls-cert-file=${pki("serving.crt")}`,
      `--tls-private-key-file=${pki("serving.key")}`,
      `--client-ca-file=${pki("ca.crt")}`,
      // Without these the controllers log errors faster and faster.
      `--requestheader-client-ca-file=${pki("ca.crt")}`,
      "--requestheader-allowed-names=front-proxy-client",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${pki("sa.pub")}`,
      `--service-account-signing-key-file=${pki("sa.key")}`,
      `--service-cluster-ip-range=${serviceRange}`,
      "--authorization-mode=Node,RBAC",
      "--allow-privileged=true",
      // A loopback endpoint is an error every ten seconds otherwise.
      "--endpoint-reconciler-type=none",
      // Where kwok answers for the kubelets; the nodes' InternalIPs are for show.
      "--kubelet-preferred-address-types=InternalDNS",
      ...extraApiServerFlags,
    ],
  };
}

export function controllerManager(layout: Layout): Command {
  const { folder, ports, binaries, minor } = layout;
  const pki = (file: string) => join(folder.pki, file);
  const kubeconfig = join(folder.pki, "controller-manager.kubeconfig");
  return {
    component: "kube-controller-manager",
    path: binaries["kube-controller-manager"],
    args: [
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.controllerManager}`,
      ...(minor < 24 ? ["--port=0"] : []),
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
      "--allocate-node-cidrs=false",
      `--root-ca-file=${pki("ca.crt")}`,
      `--service-account-private-key-file=${pki("sa.key")}`,
      `--cluster-signing-cert-file=${pki("ca.crt")}`,
      `--cluster-signing-key-file=${pki("ca.key")}`,
      "--node-monitor-period=1s",
      `--node-monitor-grace-period=${silence(layout).gracePeriod}`,
      "--node-startup-grace-period=20s",
      "--kube-api-qps=100",
      "--kube-api-burst=200",
    ],
  };
}

export function scheduler({ folder, ports, binaries, minor }: Layout): Command {
  const kubeconfig = join(folder.pki, "scheduler.kubeconfig");
  return {
    component: "kube-scheduler",
    path: binaries["kube-scheduler"],
    args: [
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.scheduler}`,
      ...(minor < 24 ? ["--port=0"] : []),
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
    ],
  };
}

/**
 * Today's clients ask for a watch that begins with a list. Old servers ignore that, and the clients wait for
 * ever: kwok for its Stages, `kubectl delete` and `kubectl wait` for the end.
 */
export const withoutWatchList = { KUBE_FEATURE_WatchListClient: "false" };

export function kwok(layout: Layout): Command {
  const { folder, ports, binaries, minor } = layout;
  return {
    component: "kwok",
    path: binaries.kwok,
    env: {
      ...(minor < 32 ? withoutWatchList : {}),
      PATH: [folder.exec, process.env["PATH"]].join(delimiter),
    },
    args: [
      `--config=${join(folder.pki, "kwok.yaml")}`,
      `--kubeconfig=${join(folder.pki, "kwok.kubeconfig")}`,
      "--manage-all-nodes=false",
      "--manage-nodes-with-label-selector=kubelet=alive",
      "--enable-crds=Stage,Logs,ClusterLogs",
      `--server-address=127.0.0.1:${ports.kwok}`,
      `--node-port=${ports.kwok}`,
      `--node-lease-duration-seconds=${silence(layout).leaseSeconds}`,
      `--tls-cert-file=${join(folder.pki, "serving.crt")}`,
      `--tls-private-key-file=${join(folder.pki, "serving.key")}`,
    ],
  };
}
