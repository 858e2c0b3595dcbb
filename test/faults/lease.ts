import { runAnnotation } from "../../src/model/names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type KubeObject, listAt } from "../cluster/kube-object.ts";

const daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets";

/** As if the process that was killed had been silent for two minutes: anyone may go on (hazard H13). */
export async function leasesExpire(cluster: Cluster): Promise<void> {
  for (const { metadata } of listAt(await cluster.api.ask("GET", daemonSets), "items") as KubeObject[]) {
    const text = metadata.annotations?.[runAnnotation];
    if (text === undefined) continue;
    const lease = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (lease["renewed"] === undefined) continue;
    const renewed = new Date(Date.now() - 120_000).toISOString().replace(/\.\d+/, "");
    await cluster.api.ask("PATCH", `${daemonSets}/${metadata.name}`, {
      metadata: { annotations: { [runAnnotation]: JSON.stringify({ ...lease, renewed }) } },
    });
  }
}
