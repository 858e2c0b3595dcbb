/** What no moment of an upgrade may show: two controllers, two nodes without calico-node, two cordons. */
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { calicoPods, nodes } from "./calico-cluster.ts";
import { controllerPods } from "./controllers.ts";

export interface Worst {
  readonly controllers: number;
  readonly nodesDown: number;
  readonly cordoned: number;
}

/** Looks at the cluster again and again while something runs; the worst of each that was seen. */
export async function worstDuring<T>(
  cluster: Cluster,
  work: () => Promise<T>,
): Promise<{ readonly worst: Worst; readonly result: T }> {
  let worst: Worst = { controllers: 0, nodesDown: 0, cordoned: 0 };
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const now = await look(cluster);
      worst = {
        controllers: Math.max(worst.controllers, now.controllers),
        nodesDown: Math.max(worst.nodesDown, now.nodesDown),
        cordoned: Math.max(worst.cordoned, now.cordoned),
      };
    }
  })();
  try {
    return { result: await work(), worst };
  } finally {
    over.abort();
    await watching;
  }
}

export async function cordonedNodes(cluster: Cluster): Promise<readonly string[]> {
  const list = listAt(await cluster.api.ask("GET", "/api/v1/nodes"), "items") as KubeObject[];
  return list.filter(({ spec }) => at(spec, "unschedulable") === true).map(({ metadata }) => metadata.name);
}

async function look(cluster: Cluster): Promise<Worst> {
  const [controllers, pods, cordoned] = await Promise.all([
    controllerPods(cluster),
    calicoPods(cluster),
    cordonedNodes(cluster),
  ]);
  const down = nodes.filter((node) => !(pods.get(node) ?? []).some(serves));
  return { controllers: controllers.length, nodesDown: down.length, cordoned: cordoned.length };
}

function serves({ metadata, status }: KubeObject): boolean {
  const ready = listAt(status, "conditions").find((condition) => at(condition, "type") === "Ready");
  return metadata.deletionTimestamp === undefined && at(ready, "status") === "True";
}
