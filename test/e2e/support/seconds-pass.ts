import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";

/**
 * Until the newest container of Calico's namespace has been up for a second: container times have whole
 * seconds, so a change within the second of a start is not seen as later.
 */
export async function secondsPass(cluster: Cluster): Promise<void> {
  const found = await cluster.api.ask("GET", "/api/v1/namespaces/kube-system/pods");
  const starts = (listAt(found, "items") as KubeObject[])
    .map((pod) =>
      Date.parse(String(at(pod, "status", "containerStatuses", 0, "state", "running", "startedAt"))),
    )
    .filter((start) => !Number.isNaN(start));
  while (Date.now() < Math.max(...starts) + 1_100) await cluster.api.ask("GET", "/version");
}
