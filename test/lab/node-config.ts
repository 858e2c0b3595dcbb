/** How containerd and kubelet of a node are set up. Paths are those inside the node. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signClient, type Pem } from "../cluster/certificates.ts";
import { writeKubeconfig } from "../cluster/kubeconfig.ts";
import { pauseImage } from "./image.ts";
import { cgroupOf, nodeFolder, type NodeName, registry } from "./layout.ts";

export type NodeConfig = {
  readonly lab: string;
  readonly node: NodeName;
  /** As nodes reach it. */
  readonly server: string;
  readonly authority: Pem;
};

export async function writeNodeConfig({ lab, node, server, authority }: NodeConfig): Promise<void> {
  const folder = nodeFolder(lab, node);
  const config = join(folder, "config");
  const hosts = join(config, "registries", "_default");
  for (const path of [hosts, join(folder, "log")]) mkdirSync(path, { recursive: true });
  writeFileSync(join(config, "containerd.toml"), containerd);
  // Every registry is the one on the bridge.
  writeFileSync(
    join(hosts, "hosts.toml"),
    `server = "http://${registry}"\n[host."http://${registry}"]\ncapabilities = ["pull", "resolve"]\n`,
  );
  writeFileSync(
    join(config, "kubelet.yaml"),
    JSON.stringify(kubelet(`/${cgroupOf(lab)}/${node}`), undefined, 2),
  );
  const user = `system:node:${node}`;
  writeKubeconfig(join(config, "kubeconfig"), {
    cluster: lab,
    server,
    authority: authority.certificate,
    user,
    credentials: await signClient(authority, { name: user, groups: ["system:nodes"] }),
  });
}

const containerd = `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  use_local_image_pull = true
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/run/node/config/registries"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${pauseImage}"
[plugins."io.containerd.cri.v1.runtime"]
  # Without CAP_SYS_RESOURCE runc could not lower a score.
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = false
  BinaryName = "/run/programs/runc"
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/opt/cni/bin"]
  conf_dir = "/etc/cni/net.d"
`;

function kubelet(cgroupRoot: string): Record<string, unknown> {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    // Only the lab's own namespaces reach it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    resolvConf: "/etc/resolv.conf",
    // Nobody is there; without one each pod has an event about it.
    clusterDNS: ["10.96.0.10"],
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    // No iptables here.
    makeIPTablesUtilChains: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    // A silent kubelet is noticed within the controllers' grace period.
    nodeLeaseDurationSeconds: 8,
    nodeStatusUpdateFrequency: "2s",
    // Images that were pulled a moment ago are to be seen.
    nodeStatusReportFrequency: "10s",
    healthzBindAddress: "127.0.0.1",
  };
}
