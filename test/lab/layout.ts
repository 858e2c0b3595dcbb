/** Names, addresses and folders of a lab. Its network namespaces are its own, so every lab has the same addresses. */
import { join } from "node:path";
import { clusterFolder } from "../cluster/state.ts";

export const nodeNames = ["node-01", "node-02", "node-03"] as const;
export type NodeName = (typeof nodeNames)[number];

/** The control plane's end of the bridge: API server and registry. */
export const hub = "10.99.0.1";
export const podNetwork = "10.244.0.0/16";
export const registry = `${hub}:5000`;

export function addressOf(node: NodeName): string {
  return `10.99.0.1${node.slice(-1)}`;
}

export function nodeFolder(lab: string, node: NodeName): string {
  return join(clusterFolder(lab).path, "nodes", node);
}

/** Below the root of each cgroup hierarchy. */
export function cgroupOf(lab: string): string {
  return `calico-upgrade-lab-${lab}`;
}
