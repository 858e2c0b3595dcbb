/** A pod on each node that talks to those of the other nodes all the time, and says where that was silent. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { gapImage } from "./image.ts";
import type { LabNode } from "./node.ts";

const folder = "/var/lib/gap";

/** One line of a client's file; times by the clock of this machine. */
export type ClientLine = {
  readonly time: string;
  readonly kind: "udp" | "stream" | "dial";
  readonly to: string;
  readonly event: "gap" | "broken" | "failed" | "alive";
  readonly ms: number;
};

export async function startClients(cluster: Cluster, nodes: readonly LabNode[]): Promise<void> {
  await cluster.apply([daemonSet]);
  await introduce(cluster, nodes);
}

/** Tells each client the addresses of the others, and waits until all have answered. */
export async function introduce(cluster: Cluster, nodes: readonly LabNode[]): Promise<void> {
  const addresses = await cluster.waitFor(
    "/api/v1/namespaces/default/pods?labelSelector=app%3Dgap",
    (pods) => {
      const found = pods
        .filter((pod) => pod.metadata.deletionTimestamp === undefined)
        .filter((pod) => at(pod, "status", "containerStatuses", 0, "ready") === true)
        .map((pod) => [at(pod, "spec", "nodeName"), at(pod, "status", "podIP")] as const);
      return found.length === nodes.length && (found as [string, string][]);
    },
    { what: "a client on each node" },
  );
  for (const node of nodes) {
    const targets = Object.fromEntries(addresses.filter(([name]) => name !== node.name));
    writeFileSync(node.file(`${folder}/targets.json`), JSON.stringify(targets));
  }
  await poll(async () => nodes.every((node) => isTalking(node, nodes.length - 1)), {
    what: "each client talks to each other",
  });
}

/** A client whose node was off has another address, or soon will: it is replaced. */
export async function replaceClient(
  cluster: Cluster,
  nodes: readonly LabNode[],
  name: string,
): Promise<void> {
  const pods = "/api/v1/namespaces/default/pods";
  await cluster.api.ask("DELETE", `${pods}?labelSelector=app%3Dgap&fieldSelector=spec.nodeName%3D${name}`);
  await introduce(cluster, nodes);
}

/** All lines since the lab came up, oldest first. */
export function clientLines(node: LabNode): readonly ClientLine[] {
  const text = readFileSync(node.file(`${folder}/gaps.jsonl`), "utf8");
  // The last line may be half written.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ClientLine);
}

function isTalking(node: LabNode, peers: number): boolean {
  try {
    const lines = clientLines(node).slice(-4 * peers);
    const alive = lines.filter(({ event, ms }) => event === "alive" && ms < 1000);
    return new Set(alive.map(({ kind, to }) => `${kind} ${to}`)).size === 3 * peers;
  } catch {
    return false;
  }
}

const daemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "gap", namespace: "default" },
  spec: {
    selector: { matchLabels: { app: "gap" } },
    template: {
      metadata: { labels: { app: "gap" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        tolerations: [{ operator: "Exists" }],
        containers: [
          {
            name: "gap",
            image: gapImage,
            args: [folder],
            volumeMounts: [{ name: "folder", mountPath: folder }],
          },
        ],
        volumes: [{ name: "folder", hostPath: { path: folder, type: "DirectoryOrCreate" } }],
      },
    },
  },
};
