import { contentOf } from "../../../src/bundle/content.ts";
import type { KubeObject as Content } from "../../../src/model/kube.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";

/** Everything of Calico's but its CRDs, as the server has it. */
export async function listInstalled(cluster: Cluster): Promise<readonly KubeObject[]> {
  const paths = [
    "/api/v1/namespaces/kube-system/configmaps",
    "/api/v1/namespaces/kube-system/serviceaccounts",
    "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "/apis/apps/v1/namespaces/kube-system/deployments",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  ];
  const lists = await Promise.all(paths.map((path) => cluster.api.ask("GET", path)));
  return lists.flatMap((list) =>
    (listAt(list, "items") as KubeObject[])
      .filter(({ metadata }) => metadata.name.startsWith("calico"))
      .map((object) => ({ ...object, kind: String(at(list, "kind")).replace("List", "") })),
  );
}

/** The same as somebody would apply it. */
export async function installed(cluster: Cluster): Promise<unknown> {
  const objects = await listInstalled(cluster);
  return objects.map((object) => contentOf({ ...object, apiVersion: "" } as Content));
}
