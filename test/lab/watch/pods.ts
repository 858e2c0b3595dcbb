/** Pods of calico-node as the API server has them, change by change. */
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { watch } from "../../cluster/wait.ts";
import type { NodeName } from "../layout.ts";
import type { PodChange } from "./observed.ts";

const path = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node";

export async function watchPods(cluster: Cluster, changes: PodChange[]): Promise<() => Promise<void>> {
  const over = new AbortController();
  const note = (type: string, pod: KubeObject): void => {
    changes.push({ ...podOf(pod), at: Date.now(), type });
  };
  const list = await cluster.api.ask("GET", path);
  for (const pod of listAt(list, "items") as KubeObject[]) note("LIST", pod);
  const version = String(at(list, "metadata", "resourceVersion"));
  const watching = (async () => {
    for await (const { type, object } of watch(cluster.api, path, version, over.signal)) note(type, object);
  })();
  return async () => {
    over.abort();
    await watching;
  };
}

function podOf(pod: KubeObject): Omit<PodChange, "at" | "type"> {
  const container = listAt(pod, "status", "containerStatuses").find(
    (each) => at(each, "name") === "calico-node",
  );
  const id = at(container, "containerID");
  const waiting = at(container, "state", "waiting", "reason");
  return {
    node: at(pod, "spec", "nodeName") as NodeName,
    uid: pod.metadata.uid ?? "",
    ready: at(container, "ready") === true,
    container: typeof id === "string" ? id.replace("containerd://", "") : "",
    waiting: typeof waiting === "string" ? waiting : "",
  };
}
