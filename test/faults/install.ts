import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";

/** As a user's `kubectl apply` puts it there, on a cluster without Calico; it runs when this answers. */
export async function install(
  cluster: Cluster,
  folder: string,
  objects: readonly KubeObject[],
): Promise<void> {
  await cluster.resetCalico();
  const file = join(folder, "old.yaml");
  await writeFile(file, toYaml(objects));
  const { code, stderr } = await cluster.kubectl(["apply", "--validate=false", "-f", file]);
  if (code !== 0) throw new Error(stderr);
  await workloadsReady(cluster);
}
