import type { Api } from "../api.ts";
import { type KubeObject, listAt } from "../kube-object.ts";

export const stagesPath = "/apis/kwok.x-k8s.io/v1alpha1/stages";

/**
 * kwok keeps what it read of Stages under the version of their list, which it knows a moment before it has the
 * objects: what it read in that moment, nothing or a part, it keeps until the version changes. Here it does.
 */
export async function stirStages(api: Api): Promise<void> {
  const stages = listAt(await api.ask("GET", stagesPath), "items") as KubeObject[];
  const lasting = stages.find(({ metadata }) => !metadata.name.startsWith("fault-"));
  if (lasting === undefined) throw new Error("there is no Stage");
  const annotations = { "calico-upgrade.test/stirred": new Date().toISOString() };
  await api.ask("PATCH", `${stagesPath}/${lasting.metadata.name}`, { metadata: { annotations } });
}
