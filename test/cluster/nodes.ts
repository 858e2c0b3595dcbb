/** Nodes as their kubelets would register them. */
import type { KubeVersion } from "./binaries/recipes.ts";
import type { KubeObject } from "./kube-object.ts";

export type NodeSpec = {
  readonly name?: string;
  readonly kubeletVersion?: string;
  readonly architecture?: string;
  readonly osImage?: string;
  readonly kernelVersion?: string;
  readonly containerRuntimeVersion?: string;
  /** Names of roles, such as `control-plane`. */
  readonly roles?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly { key: string; value?: string; effect: string }[];
  /** Images that lie on the node, by name. */
  readonly images?: readonly string[];
  readonly unschedulable?: boolean;
};

type Defaults = Pick<NodeSpec, "kubeletVersion" | "osImage" | "kernelVersion" | "containerRuntimeVersion">;

const defaults: Record<KubeVersion, Required<Defaults>> = {
  "1.36": {
    kubeletVersion: "v1.36.4",
    osImage: "Ubuntu 24.04.3 LTS",
    kernelVersion: "6.8.0-79-generic",
    containerRuntimeVersion: "containerd://2.1.4",
  },
  "1.24": {
    kubeletVersion: "v1.24.17",
    osImage: "Ubuntu 22.04.5 LTS",
    kernelVersion: "5.15.0-151-generic",
    containerRuntimeVersion: "containerd://1.6.39",
  },
  "1.15": {
    kubeletVersion: "v1.15.12",
    osImage: "Ubuntu 18.04.6 LTS",
    kernelVersion: "4.15.0-213-generic",
    containerRuntimeVersion: "docker://19.3.11",
  },
};

export function nodeName(index: number): string {
  return `node-${String(index).padStart(2, "0")}`;
}

/** `index` counts from 1 and gives name and addresses. */
export function nodeObject(
  index: number,
  spec: NodeSpec,
  kubeVersion: KubeVersion,
  kubeletPort: number,
): KubeObject {
  const name = spec.name ?? nodeName(index);
  const architecture = spec.architecture ?? "amd64";
  const high = Math.floor(index / 250);
  const low = index % 250;
  const resources = { cpu: spec.cpu ?? "4", memory: spec.memory ?? "8Gi", pods: spec.pods ?? "110" };
  const podCidr = `10.${244 + high}.${low}.0/24`;
  const known = defaults[kubeVersion];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "beta.kubernetes.io/arch": architecture,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        // kwok is this node's kubelet for as long as the label stands.
        kubelet: "alive",
        ...Object.fromEntries((spec.roles ?? []).map((role) => [`node-role.kubernetes.io/${role}`, ""])),
        ...spec.labels,
      },
      annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true", ...spec.annotations },
    },
    spec: {
      podCIDR: podCidr,
      ...(kubeVersion === "1.15" ? {} : { podCIDRs: [podCidr] }),
      ...(spec.taints === undefined ? {} : { taints: spec.taints }),
      ...(spec.unschedulable === undefined ? {} : { unschedulable: spec.unschedulable }),
    },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: "InternalIP", address: `172.18.${high}.${low + 1}` },
        { type: "Hostname", address: name },
        // Where the API server finds kwok when somebody asks for logs.
        { type: "InternalDNS", address: "127.0.0.1" },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      images: imagesOf(spec.images ?? []),
      nodeInfo: {
        machineID: hex(index, 32),
        systemUUID: uuid(index),
        bootID: uuid(index + 7),
        kernelVersion: spec.kernelVersion ?? known.kernelVersion,
        osImage: spec.osImage ?? known.osImage,
        containerRuntimeVersion: spec.containerRuntimeVersion ?? known.containerRuntimeVersion,
        kubeletVersion: spec.kubeletVersion ?? known.kubeletVersion,
        kubeProxyVersion: spec.kubeletVersion ?? known.kubeletVersion,
        operatingSystem: "linux",
        architecture,
      },
    },
  };
}

export function imagesOf(names: readonly string[]): { names: string[]; sizeBytes: number }[] {
  return names.map((name) => ({ names: [name], sizeBytes: 100_000_000 }));
}

function hex(seed: number, length: number): string {
  return (seed * 2_654_435_761).toString(16).padStart(length, "0").slice(-length);
}

function uuid(seed: number): string {
  const digits = hex(seed, 32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}
