import type { Flag } from "./flag.ts";

/** What a cluster does not tell about components that run outside of it. */

export const runByFlag = {
  name: "run-by",
  takes: "value",
  help: "What runs calico-node on the hosts: systemd or docker. Without it both ways are written down.",
  group: "Options",
  valueName: "MANAGER",
} as const satisfies Flag;

export const unitFlag = {
  name: "unit",
  takes: "value",
  help: "Name of calico-node's unit or container on the hosts; default is calico-node.",
  group: "Options",
  valueName: "NAME",
} as const satisfies Flag;

export const cniBinDirFlag = {
  name: "cni-bin-dir",
  takes: "value",
  help: "Directory of the CNI plugins on the hosts; default is /opt/cni/bin.",
  group: "Options",
  valueName: "PATH",
} as const satisfies Flag;

export const cniConfDirFlag = {
  name: "cni-conf-dir",
  takes: "value",
  help: "Directory of the CNI configuration on the hosts; default is /etc/cni/net.d.",
  group: "Options",
  valueName: "PATH",
} as const satisfies Flag;

export const controllerHostFlag = {
  name: "controller-host",
  takes: "value",
  help: "Host that the policy controller runs on, where it does not run in the cluster.",
  group: "Options",
  valueName: "NODE",
} as const satisfies Flag;

export const controllerUnitFlag = {
  name: "controller-unit",
  takes: "value",
  help: "Name of the policy controller's unit or container, where it does not run in the cluster; default is calico-policy-controller.",
  group: "Options",
  valueName: "NAME",
} as const satisfies Flag;

export const registryFlag = {
  name: "registry",
  takes: "value",
  help: "Registry that the hosts take images from instead of upstream's, e.g. registry.example/mirror.",
  group: "Options",
  valueName: "PREFIX",
} as const satisfies Flag;

export const runtimeFlag = {
  name: "runtime",
  takes: "value",
  help: "Container runtime of hosts whose node does not say it: docker, containerd or cri-o.",
  group: "Options",
  valueName: "NAME",
} as const satisfies Flag;

export const kubeletFlag = {
  name: "kubelet",
  takes: "value",
  help: "Version of the kubelet on hosts whose node does not say it, e.g. 1.3.7.",
  group: "Options",
  valueName: "VERSION",
} as const satisfies Flag;

export const bgpFlag = {
  name: "bgp",
  takes: "value",
  help: "Whether the hosts exchange routes by BGP: true or false.",
  group: "Options",
  valueName: "BOOL",
} as const satisfies Flag;
