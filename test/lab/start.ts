/** Brings a lab up: a control plane and a registry on a bridge, nodes, Calico, and clients that watch the network. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostedCalico } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { connectApi } from "../cluster/api.ts";
import type { Pem } from "../cluster/certificates.ts";
import { attachCluster, type Cluster } from "../cluster/cluster.ts";
import { apiServer, controllerManager, etcd, type Layout, scheduler } from "../cluster/components.ts";
import { createCredentials } from "../cluster/credentials.ts";
import { claimPorts } from "../cluster/ports.ts";
import { type Command, startProcess } from "../cluster/processes.ts";
import { isReady, startAndWait } from "../cluster/start.ts";
import { clusterFolder, type StartedProcess, writeRecord } from "../cluster/state.ts";
import { allReady } from "../cluster/wait.ts";
import { makeCgroups } from "./cgroups.ts";
import { images, makeImageRoot } from "./image.ts";
import { hub, nodeNames, podNetwork, registry } from "./layout.ts";
import { hasOwnNetwork, inNetwork, ip, networkOf } from "./namespace.ts";
import { writeNodeConfig } from "./node-config.ts";
import type { LabNode } from "./node.ts";
import type { Programs } from "./programs.ts";
import { startClients } from "./clients.ts";

export type StartLab = {
  readonly name: string;
  readonly programs: Programs;
  readonly nodes: readonly LabNode[];
  readonly calico: string;
  readonly progress: (line: string) => void;
};

export async function start({ name, programs, nodes, calico, progress }: StartLab): Promise<void> {
  const began = Date.now();
  const tell = (what: string) => progress(`${((Date.now() - began) / 1000).toFixed(0)}s ${what}`);
  makeCgroups(name);
  const bridge = await startNetwork(name);
  const { authority, port } = await startControlPlane(name, programs, bridge);
  tell("API server ready");
  startRegistry(name, programs, bridge);
  for (const node of nodes) {
    await writeNodeConfig({ lab: name, node: node.name, server: `https://${hub}:${port}`, authority });
  }
  await Promise.all(nodes.map((node) => node.powerOn()));
  tell("nodes on");
  const cluster = attachCluster(name);
  try {
    await installCalico(cluster, calico, port);
    tell(`Calico ${calico} ready`);
    await startClients(cluster, nodes);
    tell("clients talk");
  } finally {
    cluster.api.close();
  }
}

async function startNetwork(name: string): Promise<StartedProcess> {
  const bridge = startProcess(name, {
    component: "network",
    path: "unshare",
    args: ["--net", "sleep", "infinity"],
  });
  await hasOwnNetwork(bridge.pid);
  ip(bridge.pid, [
    "link set lo up",
    "link add br0 type bridge",
    `address add ${hub}/24 dev br0`,
    "link set br0 up",
  ]);
  return bridge;
}

/** It serves in the lab's network; from outside one port of the loopback interface leads to it. */
async function startControlPlane(
  name: string,
  programs: Programs,
  bridge: StartedProcess,
): Promise<{ readonly authority: Pem; readonly port: number }> {
  const folder = clusterFolder(name);
  const [port = 0] = await claimPorts(folder.path, 1);
  const server = `https://127.0.0.1:${port}`;
  const layout: Layout = {
    folder,
    ports: {
      etcd: 2379,
      etcdPeer: 2380,
      apiServer: port,
      controllerManager: 10257,
      scheduler: 10259,
      kwok: 0,
    },
    binaries: programs,
    minor: 36,
    rareLeases: false,
    extraApiServerFlags: [
      "--bind-address=0.0.0.0",
      `--advertise-address=${hub}`,
      // Logs and exec come from the kubelets.
      "--kubelet-preferred-address-types=InternalIP",
    ],
  };
  const within = (command: Command) => inNetwork(bridge.pid, command);
  startProcess(name, within(etcd(layout)));
  const { authority, admin } = await createCredentials(name, folder, server, [hub]);
  symlinkSync(programs.kubectl, join(folder.bin, "kubectl"));
  startProcess(name, {
    component: "forward",
    path: programs.forward,
    args: [`127.0.0.1:${port}`, networkOf(bridge.pid), `127.0.0.1:${port}`],
  });
  const api = connectApi({ server, authority: authority.certificate, credentials: admin });
  try {
    await startAndWait(name, within(apiServer(layout)), () => isReady(api));
  } finally {
    api.close();
  }
  const managed = controllerManager(layout);
  const podCidrs = [
    "--allocate-node-cidrs=true",
    `--cluster-cidr=${podNetwork}`,
    "--node-cidr-mask-size=24",
    // A busy machine is no silent node.
    "--node-monitor-grace-period=20s",
  ];
  startProcess(name, within({ ...managed, args: [...managed.args, ...podCidrs] }));
  startProcess(name, within(scheduler(layout)));
  writeRecord({ name, kubeVersion: "1.36", server, kubeletPort: 0, etcdPort: 0 });
  return { authority, port };
}

/** The registry's images besides its own: `REPOSITORY.tar`, an OCI archive each. */
export function archivesFolder(name: string): string {
  return join(clusterFolder(name).path, "archives");
}

export function registryFaultsFile(name: string): string {
  return join(clusterFolder(name).path, "registry-faults.json");
}

function startRegistry(name: string, programs: Programs, bridge: StartedProcess): void {
  const folder = clusterFolder(name).path;
  const root = join(folder, "image");
  mkdirSync(root);
  makeImageRoot(root, programs);
  const list = join(folder, "images.json");
  writeFileSync(list, JSON.stringify(images));
  const args = [registry, registryFaultsFile(name), root, list, archivesFolder(name)];
  startProcess(name, inNetwork(bridge.pid, { component: "registry", path: programs.registry, args }));
}

async function installCalico(cluster: Cluster, version: string, port: number): Promise<void> {
  await cluster.waitFor("/api/v1/nodes", (nodes) => nodes.length === nodeNames.length, {
    what: "three nodes",
  });
  const endpoint = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kubernetes-services-endpoint", namespace: "kube-system" },
    data: { KUBERNETES_SERVICE_HOST: hub, KUBERNETES_SERVICE_PORT: String(port) },
  };
  await cluster.apply([endpoint, ...hostedCalico({ version })]);
  await allReady(cluster.api, nodeNames);
  await workloadsReady(cluster, 120_000);
}
