import type { DatastoreType } from "../../model/datastore.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { Truth } from "../../model/reading.ts";
import type { Version } from "../../releases/version.ts";

/** What runs containers on a host. */
export type Runtime = "docker" | "containerd" | "cri-o";

/** Everything a runbook is made from: the cluster's facts, and what flags say where it does not. */
export interface RunbookInput {
  readonly to: Version;
  /** The release that runs, and why it is not known. */
  readonly from: Version | undefined;
  readonly fromWhy: string;
  /** Why the datastore is not known. */
  readonly datastoreWhy: string;
  readonly datastore: DatastoreType | undefined;
  /** Minor of Kubernetes 1.x. */
  readonly kubernetes: number | "unknown";
  readonly oldGroupServed?: boolean;
  /** Hosts in the order in which they are done; a name alone where the node could not be read. */
  readonly hosts: readonly (NodeFacts | { readonly name: string })[];
  readonly hostsWhy?: string;
  /** What runs calico-node in this cluster: its nodes are not upgraded by hand. */
  readonly daemonSet?: string;
  /** How the controller runs in this cluster: as a Deployment or ReplicaSet of this name. */
  readonly controllerWorkload: string | undefined;
  /** Whether workloads could be read at all. */
  readonly workloadsKnown: Truth;
  readonly flags: RunbookFlags;
}

export interface RunbookFlags {
  /** Process manager of calico-node on the hosts. */
  readonly runBy?: "systemd" | "docker";
  /** systemd's unit, or docker's container. */
  readonly unit?: string;
  readonly cniBinDir?: string;
  readonly cniConfDir?: string;
  readonly controllerHost?: string;
  /** systemd's unit, or docker's container, of the policy controller. */
  readonly controllerUnit?: string;
  readonly registry?: string;
  readonly runtime?: Runtime;
  /** Kubelets, where the nodes do not say: `1.3.7`. */
  readonly kubelet?: Version;
  /** Whether hosts exchange routes by BGP. */
  readonly bgp?: boolean;
}

/** `docker://1.12.6` */
export function runtimeOf(text: string | undefined): Runtime | undefined {
  const name = /^([a-z-]+):\/\//.exec(text ?? "")?.[1];
  return name === "docker" || name === "containerd" || name === "cri-o" ? name : undefined;
}

/** The program that shows the containers of a runtime, as docker's does. */
export function engineOf(runtime: Runtime | undefined): string {
  return runtime === "containerd" ? "nerdctl" : runtime === "cri-o" ? "podman" : "docker";
}

/** `calico-node` of `calico-node.service`: what docker calls it. */
export function containerOf(unit: string): string {
  return unit.replace(/\.service$/, "");
}

/** Upstream's programs and paths are others there, and so are the steps. */
export function isWindows(host: RunbookInput["hosts"][number]): boolean {
  if (!("labels" in host)) return false;
  const os = host.labels["kubernetes.io/os"] ?? host.labels["beta.kubernetes.io/os"];
  return os === "windows" || /^windows/i.test(host.osImage ?? "");
}
